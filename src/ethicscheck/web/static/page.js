// What the page says of itself, and small tools for the other files. All files of this folder but htmx become one module
// (rendering.py joins them): they share names with each other and with nothing else. Everything they do is a comfort: each
// page works without them.

const PAGE = {...document.body.dataset};
const QUESTIONS = document.getElementById("questions");

// Make an element; what people wrote only ever gets in as text.
function make(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}

function clock(moment = new Date()) {
  return `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;
}

function many(count, one, more = `${one}s`) {
  return `${count} ${count === 1 ? one : more}`;
}

function after(milliseconds, work) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}

// Say something to people who listen instead of looking; what they do goes on.
const announce = (() => {
  const place = make("p", {class: "unseen", role: "status", "aria-live": "polite"});
  document.body.append(place);
  return (words) => {
    place.textContent = "";
    setTimeout(() => { place.textContent = words; }, 50);
  };
})();

const questionOf = (node) => node?.closest?.(".question") ?? null;
const formOf = (question) => question?.querySelector(".answer-form") ?? null;
const allForms = () => [...document.querySelectorAll(".answer-form")];
