// Puts what the server drew anew into the page, part by part, and never over what somebody typed meanwhile.

// Take the parts of an answer: {saved, last, parts: Map of id -> fresh element}; null where it is no such answer.
function partsOf(text) {
  const told = new DOMParser().parseFromString(text, "text/html").querySelector(".came-to");
  if (!told) return null;
  const parts = new Map();
  for (const part of told.querySelectorAll("template[data-for]")) {
    const fresh = part.content.firstElementChild;
    if (fresh) parts.set(part.dataset.for, document.importNode(fresh, true));
  }
  return {saved: told.dataset.saved, last: Number(told.dataset.last), parts};
}

// `about`: the question the request was about, as {anchor, sent, rebase}: what its form held when the request went out, and
// whether what is typed now may stand on what was drawn anew. Without it nothing typed is touched.
function merge(parts, about) {
  let opened = 0;
  let closed = 0;
  for (const [id, fresh] of parts) {
    const old = document.getElementById(id);
    if (!old) continue;
    if (id === "progress") {
      tellSections(old, fresh);
      morph(old, fresh);
    } else if (old.hidden !== fresh.hidden || !formOf(old) !== !formOf(fresh)) {
      if (fresh.hidden && formOf(old)?.contains(document.activeElement)) old.previousElementSibling?.querySelector("h2")?.focus();
      opened += old.hidden && !fresh.hidden ? 1 : 0;
      closed += !old.hidden && fresh.hidden ? 1 : 0;
      old.replaceWith(fresh);
      formOf(fresh) && prepareForm(formOf(fresh));
    } else {
      mergeQuestion(old, fresh, id === about?.anchor ? about : {});
    }
  }
  if (opened) announce(`${many(opened, "more question")} on this page.`);
  else if (closed) announce(`${many(closed, "question")} no longer asked.`);
}

function mergeQuestion(old, fresh, {sent, rebase}) {
  old.className = fresh.className;
  old.dataset.state = fresh.dataset.state;
  old.dataset.base = fresh.dataset.base;
  const [form, drawn] = [formOf(old), formOf(fresh)];
  if (form) {
    const now = contentOf(form);
    const keep = sent ? !same(now, sent) : isTouched(form);
    mergeFields(form, drawn, keep);
    // An own answer of another window must not be written over by somebody who has not seen it: then the old base stays.
    if (rebase || !keep) form.elements.base.value = drawn.elements.base.value;
  }
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const there = document.getElementById(part.id);
    if (there && part.dataset.part !== "fields") morph(there, part);
  }
}

// What was drawn becomes what "untouched" means; the fields follow it only when nothing was typed since.
function mergeFields(form, drawn, keep) {
  const now = contentOf(form).filter(([name]) => name !== "link" && name !== "drop");
  const said = contentOf(drawn, true).filter(([name]) => name !== "link" && name !== "drop");
  const inside = form.contains(document.activeElement) && document.activeElement.matches("textarea, input:not([type=radio], [type=checkbox], [type=file])");
  if (!keep && !same(now, said) && !inside) {
    const [here, there] = [form.querySelector(".fields"), drawn.querySelector(".fields")];
    here.replaceChildren(...there.childNodes);
  } else {
    redraw(form, drawn);
  }
  drawnContent.set(form, contentOf(drawn, true));
  if (!keep) {
    form.elements.link.value = drawn.elements.link.value;
    form.elements.link.defaultValue = drawn.elements.link.value;
  }
  prepareForm(form);
}

// Tell each field what the server holds, without touching what is in it.
function redraw(form, drawn) {
  const held = contentOf(drawn, true);
  for (const field of form.elements) {
    if (!field.name || NOT_CONTENT.has(field.name) || field.tagName === "BUTTON" || field.name === "drop") continue;
    const given = held.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") {
      const checked = field.checked;
      field.defaultChecked = given.includes(field.value);
      field.checked = checked;
    } else if (field.tagName === "SELECT") {
      const value = field.value;
      for (const option of field.options) option.defaultSelected = option.value === (given[0] ?? "");
      field.value = value;
    } else {
      const value = field.value;
      field.defaultValue = given[0] ?? "";
      field.value = value;
    }
  }
}

// htmx's morph keeps the focus, what is open, and everything that stayed as it was.
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (window.htmx) window.htmx.swap({sourceElement: old, target: old, text: fresh.outerHTML, swap: "outerMorph", transition: false});
  else old.replaceWith(fresh);
}

// Say where else a question opened; what is on this page is seen here.
function tellSections(old, fresh) {
  const before = new Map(JSON.parse(old.dataset.asked).map(([id, , , count]) => [id, count]));
  for (const [id, title, address, count] of JSON.parse(fresh.dataset.asked)) {
    const more = count - (before.get(id) ?? count);
    const elsewhere = !location.pathname.endsWith(`/sections/${encodeURIComponent(id)}`);
    if (more > 0 && elsewhere) note([`${many(more, "more question")} opened in `, make("a", {href: old.dataset.root + address}, title), "."]);
  }
}

function note(content) {
  const line = make("p", {class: "meanwhile note"}, ...content, " ", make("button", {type: "button", class: "plain", click: () => line.remove()}, "Hide"));
  document.getElementById("progress").after(line);
  announce(line.firstChild.textContent + (line.querySelector("a")?.textContent ?? ""));
}
