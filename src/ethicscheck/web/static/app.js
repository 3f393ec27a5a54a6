// Saves a question as soon as it is changed. Everything here is a comfort: without it each question has its button.
"use strict";
document.addEventListener("change", (event) => {
  const form = event.target.closest(".answer-form");
  if (form && window.htmx) form.dispatchEvent(new CustomEvent("save", {bubbles: false}));
});
