"""What tests stand on: real servers, fresh databases, and the account of what did not run."""
