// Makes a table pleasant: a row more by a button or Enter in the last row, a row less with a way back, rows numbered.

function prepareForm(form) {
  drawnIn(form);
  if (form.dataset.widget === "rows") prepareRows(form);
  prepareFiles(form);
}

function prepareRows(form) {
  const rows = form.querySelector(".rows");
  form.querySelector("[data-plain]")?.remove();
  // One blank row is enough where more can be had.
  const blanks = [...rows.children].filter((row) => isBlankRow(row));
  blanks.slice(1).forEach((row) => row.remove());
  for (const row of rows.children) {
    if (row.querySelector(".row-head")) continue;
    row.prepend(make("div", {class: "row-head"},
      make("span", {class: "row-number", "aria-hidden": "true"}),
      make("button", {type: "button", class: "plain", click: () => removeRow(form, row)}, "Remove")));
  }
  if (!form.querySelector(".add-row")) {
    rows.after(make("p", {class: "add-row"}, make("button", {type: "button", click: () => addRow(form)}, "Add a row")));
  }
  numberRows(rows);
}

const isBlankRow = (row) => [...row.querySelectorAll("[data-column]")].every((cell) => !cell.value && (cell.defaultValue ?? "") === "");

// Numbers in labels, names and ids follow the order of the page.
function numberRows(rows) {
  [...rows.children].forEach((row, place) => {
    row.setAttribute("aria-label", `Row ${place + 1}`);
    const number = row.querySelector(".row-number");
    if (number) number.textContent = `Row ${place + 1}`;
    row.querySelector(".row-head button")?.setAttribute("aria-label", `Remove row ${place + 1}`);
    for (const cell of row.querySelectorAll("[data-column]")) {
      const label = row.querySelector(`label[for="${CSS.escape(cell.id)}"]`);
      cell.name = cell.name.replace(/^cell\.\d+\./, `cell.${place}.`);
      cell.id = cell.id.replace(/-\d+-(\d+)$/, `-${place}-$1`);
      label?.setAttribute("for", cell.id);
    }
  });
}

function addRow(form, focus = true) {
  const rows = form.querySelector(".rows");
  const row = rows.lastElementChild.cloneNode(true);
  row.querySelector(".row-head")?.remove();
  for (const cell of row.querySelectorAll("[data-column]")) {
    if (cell.tagName === "SELECT") for (const option of cell.options) option.defaultSelected = option.value === "";
    else cell.defaultValue = "";
    cell.value = "";
  }
  const blank = [...rows.children].find(isBlankRow);
  if (blank && focus) {  // an empty row waits already
    blank.querySelector("[data-column]").focus();
    return;
  }
  rows.append(row);
  if (!focus) return numberRows(rows);
  prepareRows(form);
  row.querySelector("[data-column]").focus();
  announce(`Row ${rows.children.length} added.`);
}

function growRows(form, wanted) {
  const rows = form.querySelector(".rows");
  while (rows && rows.children.length < wanted) addRow(form, false);
}

function removeRow(form, row) {
  const rows = form.querySelector(".rows");
  if (rows.children.length === 1) addRowAfterLast(form);
  const [next, number] = [row.nextElementSibling, [...rows.children].indexOf(row) + 1];
  row.remove();
  numberRows(rows);
  form.querySelector(".undo")?.remove();
  const back = make("p", {class: "undo"}, `Row ${number} removed. `, make("button", {type: "button", class: "plain", click: () => {
    rows.insertBefore(row, next?.isConnected ? next : null);
    back.remove();
    numberRows(rows);
    row.querySelector("[data-column]").focus();
    saveForm(form);
  }}, "Put it back"));
  rows.after(back);
  back.querySelector("button").focus();
  announce(back.firstChild.textContent);
  saveForm(form);
}

function addRowAfterLast(form) {
  const rows = form.querySelector(".rows");
  const row = rows.lastElementChild.cloneNode(true);
  row.querySelector(".row-head")?.remove();
  for (const cell of row.querySelectorAll("[data-column]")) {
    if (cell.tagName === "SELECT") for (const option of cell.options) option.defaultSelected = option.value === "";
    else cell.defaultValue = "";
    cell.value = "";
  }
  rows.append(row);
  prepareRows(form);
}

// Enter in the last row begins another; Shift+Enter is a new line in the cell.
function watchRows() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const row = event.target.closest?.(".row");
    if (!row || !event.target.matches("[data-column]")) return;
    const cells = [...row.querySelectorAll("[data-column]")];
    const place = cells.indexOf(event.target);
    if (event.target.tagName === "SELECT" && place < cells.length - 1) return;
    event.preventDefault();
    if (place < cells.length - 1) cells[place + 1].focus();
    else if (row.nextElementSibling) row.nextElementSibling.querySelector("[data-column]").focus();
    else addRow(row.closest("form"));
  });
}
