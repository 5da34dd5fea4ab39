"""What goes on in the server right now: who holds and who waits. It only looks; it ends and cancels nothing."""
