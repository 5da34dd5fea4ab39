// Comfort only: without it everything is there, and every link works.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, properties) => Object.assign(document.createElement(name), properties);
  const tree = document.querySelector(".tree");
  const rows = all("li", tree);
  const panels = rows.map((row) => row.firstElementChild);

  // A button to copy each piece of SQL.
  for (const block of all(".sql")) {
    const button = make("button", { type: "button", textContent: "Copy" });
    button.addEventListener("click", async () => {
      const text = block.querySelector("code").textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(block.querySelector("code"));
        button.textContent = "Selected";
      }
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    block.append(button);
  }

  // Tools of the tree: find, and open all.
  if (rows.length > 1) {
    const find = make("input", { type: "search", placeholder: "Find in the nodes" });
    find.setAttribute("aria-label", "Find in the nodes");
    find.addEventListener("input", () => {
      const word = find.value.toLowerCase();
      for (const row of rows) row.hidden = word !== "" && !row.textContent.toLowerCase().includes(word);
    });
    const open = make("button", { type: "button", textContent: "Open all" });
    open.addEventListener("click", () => {
      const opens = panels.some((panel) => !panel.open);
      for (const panel of panels) panel.open = opens;
      open.textContent = opens ? "Close all" : "Open all";
    });
    document.querySelector(".tools").append(find, open);
  }

  // Up and down go from row to row, as in any list.
  tree.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.localName !== "summary") return;
    const shown = rows.filter((row) => row.getClientRects().length);
    const next = shown[shown.indexOf(event.target.closest("li")) + step];
    if (next) {
      event.preventDefault();
      next.querySelector("summary").focus();
    }
  });

  // A link to a node opens it; the box of the row under the pointer is outlined.
  const arrive = () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row && row.parentElement === tree) row.firstElementChild.open = true;
  };
  addEventListener("hashchange", arrive);
  arrive();
  const boxes = new Map();
  for (const link of all(".flame a")) {
    const name = link.getAttribute("href").slice(1);
    boxes.set(name, [...(boxes.get(name) || []), link.parentElement]);
  }
  const light = (on) => (event) => {
    const row = event.target.closest("li");
    for (const box of (row && boxes.get(row.id)) || []) box.classList.toggle("lit", on);
  };
  tree.addEventListener("mouseover", light(true));
  tree.addEventListener("mouseout", light(false));

  // On paper nothing can be opened: the statement and the findings are.
  addEventListener("beforeprint", () => all(".statement, .finding details").forEach((each) => (each.open = true)));
  document.documentElement.dataset.ready = "yes";
})();
