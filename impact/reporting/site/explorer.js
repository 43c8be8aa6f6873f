"use strict";
(() => {
  const form = document.getElementById("choices");
  const found = document.getElementById("found");
  const walk = document.getElementById("walk");
  const table = document.getElementById("every");
  const language = document.documentElement.lang;
  const count = (n) => n.toLocaleString(language);
  const rows = [...table.tBodies[0].rows];
  const specifications = rows.map((row, at) => ({
    choices: row.dataset.c.split(" "),
    x: (1000 * (at + 0.5)) / rows.length,
    y: Number(row.dataset.y),
    up: row.dataset.up === "1",
    far: row.dataset.far === "1",
  }));
  const groups = [...form.querySelectorAll("fieldset")].map((set) => [...set.querySelectorAll("input")]);
  const own = found.dataset.own === "" ? null : Number(found.dataset.own);
  const chosen = () => groups.map((inputs) => inputs.find((input) => input.checked).value);
  const fits = (one, choice, but) => choice.every((value, at) => at === but || value === "" || one.choices[at] === value);
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const marks = (some) => some.map((one) => `M${one.x.toFixed(1)} ${one.y}h.01`).join("");
  const say = (first, more) => {
    found.querySelector(".large").textContent = first;
    found.querySelector(".more").textContent = more;
  };

  const sayOne = (at) => {
    const cells = [...rows[at].cells].map((cell) => cell.textContent);
    const [estimate, statistic] = cells.slice(-3);
    const { p } = rows[at].dataset;
    const one = specifications[at];
    const words = fill(found.dataset.one, { estimate, statistic, p, place: cells[0], all: found.dataset.all });
    say(words, [one.far ? found.dataset.beyond : found.dataset.within, at === own ? found.dataset.planned : ""].join(" "));
    walk.value = at + 1;
    walk.setAttribute("aria-valuetext", words);
  };

  const show = () => {
    const choice = chosen();
    const some = specifications.filter((one) => fits(one, choice));
    groups.forEach((inputs, at) => {
      const others = specifications.filter((one) => fits(one, choice, at));
      for (const input of inputs) {
        const n = input.value === "" ? others.length : others.filter((one) => one.choices[at] === input.value).length;
        input.disabled = n === 0 && !input.checked;
        input.closest("label").querySelector(".n").textContent = count(n);
      }
    });
    const single = some.length === 1 ? some[0] : null;
    document.getElementById("chosen").setAttribute("d", marks(some));
    document.getElementById("one").setAttribute("d", single ? marks(some) : "");
    document.getElementById("needle").setAttribute("d", single ? `M${single.x.toFixed(1)} 0V1000` : "");
    if (single) {
      sayOne(specifications.indexOf(single));
    } else {
      const values = {
        n: count(some.length),
        all: found.dataset.all,
        positive: count(some.filter((one) => one.up).length),
        beyond: count(some.filter((one) => one.far).length),
      };
      say(fill(found.dataset.many, values), "");
    }
  };

  const choose = (choices) => {
    groups.forEach((inputs, at) => {
      inputs.find((input) => input.value === (choices ? choices[at] : "")).checked = true;
    });
    show();
  };

  form.addEventListener("change", (event) => event.target !== walk && show());
  form.addEventListener("submit", (event) => event.preventDefault());
  walk.addEventListener("input", () => choose(specifications[walk.value - 1].choices));
  walk.disabled = false;
  for (const [name, choices] of [["plan", own === null ? null : specifications[own].choices], ["all", null]]) {
    const button = document.getElementById(name);
    button.hidden = name === "plan" && own === null;
    button.addEventListener("click", () => choose(choices));
  }
  groups.flat().forEach((input) => { input.disabled = false; });
  show();
})();
