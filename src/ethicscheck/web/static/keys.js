// Keys: n next unanswered, j and k (or the arrows) from question to question, digits choose an option, ? says all this.
// None acts while something is typed in a field or Ctrl, Alt or Meta is held.

const KEYS = [
  ["N", "the next unanswered question"],
  ["J or ↓", "the next question"],
  ["K or ↑", "the question before"],
  ["1 to 9", "choose an answer of the question you are in"],
  ["Enter", "in a table: the next cell, and a new row after the last"],
  ["?", "these keys"],
];

const isTyped = (node) => node.isContentEditable || node.matches("select, textarea, input:not([type=radio], [type=checkbox])");
const shown = () => [...document.querySelectorAll(".question:not([hidden])")];

function here() {
  const focused = questionOf(document.activeElement);
  if (focused) return focused;
  const named = document.getElementById(location.hash.slice(1));
  return named?.matches(".question:not([hidden])") ? named : null;
}

function goTo(question) {
  question.tabIndex = -1;
  question.focus({preventScroll: true});
  question.scrollIntoView({block: "start"});
  history.replaceState(null, "", `#${question.id}`);
}

function step(by) {
  const all = shown();
  const place = all.indexOf(here());
  const next = place < 0 ? all[by > 0 ? 0 : all.length - 1] : all[place + by];
  if (next) goTo(next);
}

function nextUnanswered() {
  const all = shown();
  const place = all.indexOf(here());
  const open = all.slice(place + 1).find((one) => one.dataset.state === "unanswered" && formOf(one));
  if (open) {
    goTo(open);
    return;
  }
  const link = document.getElementById("next");
  if (!link) {
    announce("Nothing waits for you here.");
    return;
  }
  const last = all.at(-1)?.dataset.item;
  location.assign(last ? `${link.href}?after=${encodeURIComponent(last)}` : link.href);
}

function chooseOption(digit) {
  const option = formOf(here())?.querySelectorAll(".fields input[name=value]:is([type=radio], [type=checkbox])")[digit - 1];
  if (!option) return false;
  option.focus();
  option.click();
  return true;
}

function showKeys() {
  const list = make("dl", {});
  for (const [key, does] of KEYS) list.append(make("dt", {}, make("kbd", {}, key)), make("dd", {}, does));
  const dialog = make("dialog", {class: "keys", "aria-labelledby": "keys-h"}, make("h2", {id: "keys-h"}, "Keys"), list,
    make("form", {method: "dialog"}, make("button", {class: "main"}, "Close")));
  const back = document.activeElement;
  dialog.addEventListener("close", () => { dialog.remove(); back?.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}

function watchKeys() {
  if (!QUESTIONS) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") || isTyped(event.target)) return;
    const arrows = !event.target.matches("input, summary, .scroll") && here() === document.activeElement;
    const work = {n: nextUnanswered, j: () => step(1), k: () => step(-1), "?": showKeys}[event.key.toLowerCase()]
      ?? (arrows && {ArrowDown: () => step(1), ArrowUp: () => step(-1)}[event.key]);
    if (work) {
      event.preventDefault();
      work();
    } else if (/^[1-9]$/.test(event.key) && chooseOption(Number(event.key))) {
      event.preventDefault();
    }
  });
  const line = document.querySelector(".pages");
  line?.before(make("p", {class: "quiet keys-hint"}, make("button", {type: "button", class: "plain", click: showKeys}, "Keys: press ?")));
}
