"use strict";
(() => {
  const table = document.getElementById("runs");
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = new Map(rows.map((row) => [row, plain(row.textContent)]));

  const filter = () => {
    const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
    let n = 0;
    for (const row of rows) {
      const fits = chosen.every(([name, value]) =>
        name === "words"
          ? plain(value).split(/\s+/).every((word) => words.get(row).includes(word))
          : row.dataset[name] === value);
      row.hidden = !fits;
      n += fits;
    }
    shown.textContent = shown.dataset.words.replace("{n}", n).replace("{all}", rows.length);
  };

  const sort = (head, name) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const numeric = name === "effect" || name === "rating";
    const value = (row) => row.dataset[name];
    const order = (a, b) => {
      if (value(a) === "" || value(b) === "") return (value(a) === "") - (value(b) === "");
      const less = numeric ? value(a) - value(b) : value(a).localeCompare(value(b), document.documentElement.lang);
      return up ? less : -less;
    };
    body.append(...[...rows].sort(order));
  };

  for (const head of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.dataset.words = head.textContent;  // paper repeats it on each page, and leaves buttons out there
    button.addEventListener("click", () => sort(head, head.dataset.sort));
    head.replaceChildren(button);
  }

  const command = document.getElementById("command");
  const asked = document.getElementById("ticked");
  const ticked = [];
  const pick = (box, path) => {
    const at = ticked.indexOf(path);
    if (at >= 0) ticked.splice(at, 1);
    if (box.checked) ticked.push(path);
    const names = [ticked.at(-2), ticked.at(-1)].filter(Boolean);
    command.textContent = [command.dataset.command, names[0] ?? "A", names[1] ?? "B"].join(" ");
  };
  for (const row of rows.filter((one) => one.dataset.path)) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => pick(box, row.dataset.path));
    label.className = "pick";
    label.append(box, asked.dataset.word);
    box.setAttribute("aria-label", `${asked.dataset.word}: ${row.dataset.name}`);
    const last = row.cells[row.cells.length - 1];
    (last.firstElementChild ?? last).append(label);
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  asked.hidden = false;
  filter();
})();
