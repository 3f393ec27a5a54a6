// What stands in a question's form, as pairs of name and value: to compare, to keep in the browser, to put back; and what
// is still missing before it is an answer. Files are apart: browsers let nobody put them back.

const NOT_CONTENT = new Set(["csrf", "base", "file"]);

// What stands in the form now; with `drawn`, what stood in it when the server drew it.
function contentOf(form, drawn = false) {
  const pairs = [];
  for (const field of form.elements) {
    if (!field.name || field.disabled || NOT_CONTENT.has(field.name) || field.tagName === "BUTTON") continue;
    if (field.type === "radio" || field.type === "checkbox") {
      if (drawn ? field.defaultChecked : field.checked) pairs.push([field.name, field.value]);
    } else if (field.tagName === "SELECT") {
      const chosen = drawn ? [...field.options].find((one) => one.defaultSelected) : field.selectedOptions[0];
      if (chosen?.value) pairs.push([field.name, chosen.value]);
    } else {
      const text = drawn ? field.defaultValue : field.value;
      if (text) pairs.push([field.name, text]);
    }
  }
  return inOrder(pairs);
}

// Rows are numbered anew, so that a row taken out in the middle is no difference of its own.
function inOrder(pairs) {
  const rows = new Map();
  return pairs.map(([name, value]) => {
    const cell = /^cell\.(\d+)\.(.+)$/s.exec(name);
    if (!cell) return [name, value.replace(/\r\n?/g, "\n")];
    if (!rows.has(cell[1])) rows.set(cell[1], rows.size);
    return [`cell.${rows.get(cell[1])}.${cell[2]}`, value.replace(/\r\n?/g, "\n")];
  });
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const filesOf = (form) => [...(form.elements.file?.files ?? [])];

// What the server last drew in a form; asked of the fields only once, for rows come and go.
const drawnContent = new WeakMap();
function drawnIn(form) {
  if (!drawnContent.has(form)) drawnContent.set(form, contentOf(form, true));
  return drawnContent.get(form);
}

const isTouched = (form) => filesOf(form).length > 0 || !same(contentOf(form), drawnIn(form));

// Put what was kept back into a form.
function putBack(form, pairs) {
  const cells = pairs.filter(([name]) => name.startsWith("cell.")).map(([name]) => Number(name.split(".")[1]));
  growRows(form, Math.max(-1, ...cells) + 1);
  for (const field of form.elements) {
    if (!field.name || NOT_CONTENT.has(field.name) || field.tagName === "BUTTON") continue;
    const given = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") field.checked = given.includes(field.value);
    else field.value = given[0] ?? "";
  }
  if (pairs.some(([name]) => name === "link" || name === "drop")) form.querySelector(".evidence").open = true;
}

// Return what is missing before this can be saved, in words and with the field it is about; null where nothing is.
function missingIn(form) {
  const one = (name) => form.elements.namedItem(name);
  if (one("na")?.checked) {
    const wanted = Number(form.dataset.naChars);
    const left = wanted - [...one("na_reason").value.trim()].length;
    return left > 0 ? {words: `Say why it does not apply: ${many(left, "more character", "more characters")}.`, at: one("na_reason")} : null;
  }
  const pairs = contentOf(form);
  if (form.dataset.widget === "rows") {
    const gap = gapInRows(form);
    if (gap) return gap;
  }
  const values = pairs.filter(([name, text]) => (name === "value" || name.startsWith("cell.")) && text.trim()).map(([, text]) => text);
  if (!values.length) {
    return filesOf(form).length || one("link").value.trim() ? {words: "The evidence is kept once you answer the question too.", at: null} : null;
  }
  return evidenceMissing(form, values);
}

function gapInRows(form) {
  for (const [place, row] of [...form.querySelectorAll(".row")].entries()) {
    const cells = [...row.querySelectorAll("[data-column]")];
    const blank = cells.find((cell) => !cell.value.trim());
    if (blank && cells.some((cell) => cell.value.trim())) {
      return {words: `Row ${place + 1} still lacks “${blank.dataset.column}”.`, at: blank};
    }
  }
  return null;
}

function evidenceMissing(form, values) {
  const needing = JSON.parse(form.dataset.needing);
  if (!needing.includes("*") && !values.some((value) => needing.includes(value))) return null;
  const dropped = form.querySelectorAll('[name="drop"]:checked').length;
  const links = form.elements.link.value.split("\n").filter((line) => line.trim()).length;
  const there = form.querySelectorAll(".kept").length - dropped + links + filesOf(form).length;
  const left = Number(form.dataset.pieces) - there;
  if (left <= 0) return null;
  return {words: `This answer needs ${left === 1 ? "a piece" : `${left} pieces`} of evidence: a file or an address.`, at: form.elements.file};
}
