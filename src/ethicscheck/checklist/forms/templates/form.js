"use strict";
(() => {
  const about = JSON.parse(document.getElementById("about").textContent);
  const status = document.getElementById("status");
  const progress = document.getElementById("progress");
  const person = ["by", "role"].map((name) => document.getElementById(name));
  const fields = new Map([...document.querySelectorAll("fieldset")].map((field) => [field.dataset.item, field]));
  const find = (field, selector) => field.querySelector(selector);
  const all = (field, selector) => [...field.querySelectorAll(selector)];
  let draft = { person: {}, answers: {} };
  let keeps = true;
  let unsaved = false;
  let warned = "";

  const addRow = (field, values = {}) => {
    const rows = find(field, ".rows");
    rows.append(find(field, "template").content.cloneNode(true));
    const row = rows.lastElementChild;
    all(row, "[data-column]").forEach((cell) => { cell.value = values[cell.dataset.column] ?? ""; });
    number(rows);
    return row;
  };
  const number = (rows) => all(rows, ".row").forEach((row, place) => row.setAttribute("aria-label", `Row ${place + 1}`));

  const readValue = (field) => {
    const widget = field.dataset.widget;
    if (widget === "one_of") return find(field, ".answer input:checked")?.value ?? null;
    if (widget === "some_of") {
      const chosen = all(field, ".answer input:checked").map((box) => box.value);
      return chosen.length ? chosen : null;
    }
    if (widget === "rows") {
      const rows = all(field, ".row").map((row) =>
        Object.fromEntries(all(row, "[data-column]").map((cell) => [cell.dataset.column, cell.value])));
      const filled = rows.filter((row) => Object.values(row).some((cell) => cell.trim()));
      return filled.length ? filled : null;
    }
    return find(field, ".value").value.trim() || null;
  };

  const readField = (field) => {
    const apart = find(field, ".na")?.checked ?? false;
    return {
      answer: readValue(field),
      apart,
      na_reason: find(field, ".na_reason")?.value ?? "",
      comment: find(field, ".comment").value,
      evidence: find(field, ".evidence").value,
      at: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    };
  };
  const says = (entry) => entry && (entry.apart || entry.answer !== null || entry.comment.trim() || entry.evidence.trim());
  const answers = (entry) => entry && (entry.apart ? entry.na_reason.trim() : entry.answer !== null);

  // What `import` would refuse, said while it can still be mended.
  const problem = (item, entry) => {
    if (!says(entry)) return "";
    const role = document.getElementById("role").value.trim();
    if (role && item.roles.length && !item.roles.includes(role)) {
      return `This is asked of ${item.roles.join(" or ")}; your role is given as ${role}.`;
    }
    if (entry.apart) return [...entry.na_reason.trim()].length < item.na ? `Say why in at least ${item.na} characters.` : "";
    if (entry.answer === null) return "There is a comment or evidence, but no answer yet.";
    const chosen = [entry.answer].flat();
    if (item.type === "number") {
      const value = Number(entry.answer);
      const fits = Number.isFinite(value) && value >= (item.min ?? -Infinity) && value <= (item.max ?? Infinity);
      if (!fits) return "This is not a number that fits; write decimals with a point.";
    }
    if (item.type === "table" && chosen.some((row) => Object.values(row).some((cell) => !cell.trim()))) {
      return "Fill every column of each row; where nothing is known, say so.";
    }
    const rule = item.evidence;
    const given = new Set(entry.evidence.split("\n").map((line) => line.trim()).filter(Boolean));
    if (rule && given.size < rule.min && (!rule.for || chosen.some((key) => rule.for.includes(key)))) {
      const pieces = rule.min === 1 ? "1 piece" : `${rule.min} pieces`;
      return `This answer needs ${pieces} of evidence: name it under “Comment and evidence”.`;
    }
    return "";
  };

  const fill = (field, entry) => {
    const value = entry?.answer ?? null;
    all(field, ".answer input[type=radio], .answer input[type=checkbox]").forEach((box) => {
      box.checked = Array.isArray(value) ? value.includes(box.value) : box.value === value;
    });
    if (find(field, ".value")) find(field, ".value").value = value ?? "";
    if (find(field, ".rows")) {
      find(field, ".rows").replaceChildren();
      (Array.isArray(value) ? value : [{}]).forEach((row) => addRow(field, row));
    }
    if (find(field, ".na")) {
      find(field, ".na").checked = entry?.apart ?? false;
      find(field, ".na_reason").value = entry?.na_reason ?? "";
    }
    find(field, ".comment").value = entry?.comment ?? "";
    find(field, ".evidence").value = entry?.evidence ?? "";
    if (entry?.comment || entry?.evidence) find(field, ".more-said").open = true;
  };

  const holds = (when, said) => {
    if (when.item) return said(when.item).some((chosen) => chosen.some((key) => when.in.includes(key)));
    if (when.measured) return false; // no audit is at hand in a form
    if (when.not) return !holds(when.not, said);
    if (when.all) return when.all.every((part) => holds(part, said));
    return when.any.some((part) => holds(part, said));
  };

  const show = () => {
    const shown = new Map();
    about.items.forEach((item) => {
      const said = (name) => shown.get(name) ?? [];
      const asked = !item.when || holds(item.when, said);
      const field = fields.get(item.id);
      const entry = draft.answers[item.id];
      field.hidden = !asked;
      const wrong = problem(item, entry);
      field.classList.toggle("done", Boolean(answers(entry)) && !wrong);
      const missing = find(field, ".missing");
      if (missing.textContent !== wrong) missing.textContent = wrong;
      missing.hidden = !wrong;
      if (find(field, ".why")) find(field, ".why").hidden = !find(field, ".na").checked;
      const own = entry && !entry.apart && entry.answer !== null ? [[entry.answer].flat().map(String)] : null;
      shown.set(item.id, asked ? own ?? item.given : []);
    });
  };

  const tell = (end) => {
    const asked = about.items.filter((item) => !fields.get(item.id).hidden);
    const done = asked.filter((item) => answers(draft.answers[item.id])).length;
    progress.max = Math.max(asked.length, 1);
    progress.value = done;
    status.textContent = `${done} of ${asked.length} questions filled in here. ${end}`;
  };

  const save = () => {
    draft.person = Object.fromEntries(person.map((input) => [input.id, input.value]));
    try {
      localStorage.setItem(about.key, JSON.stringify(draft));
    } catch {
      keeps = false;
    }
    unsaved = true;
    show();
    tell(keeps ? "Saved in this browser." : "This browser keeps nothing: download before you close the page.");
  };

  const changed = (field) => {
    const entry = readField(field);
    if (says(entry)) draft.answers[field.dataset.item] = entry;
    else delete draft.answers[field.dataset.item];
    save();
  };

  const download = () => {
    const missing = person.find((input) => !input.value.trim());
    if (missing) {
      missing.focus();
      tell("Your name and role are missing: the answers are given in them.");
      return;
    }
    const wrong = about.items.filter((item) => problem(item, draft.answers[item.id]));
    const now = JSON.stringify([wrong.map((item) => item.id), draft.answers]);
    if (wrong.length && warned !== now) {
      warned = now;
      const field = fields.get(wrong[0].id);
      field.hidden = false;
      field.scrollIntoView({ block: "center" });
      find(field, "input, textarea, select")?.focus();
      tell(`Not ready: ${wrong.length === 1 ? "one answer is" : `${wrong.length} answers are`} incomplete. Press again to download anyway.`);
      return;
    }
    const [by, role] = person.map((input) => input.value.trim());
    const rows = about.items.filter((item) => says(draft.answers[item.id])).map((item) => {
      const entry = draft.answers[item.id];
      const row = { item: item.id, by, role, at: entry.at, question_sha256: item.sha256 };
      if (entry.apart) row.na_reason = entry.na_reason;
      else if (entry.answer !== null) row.answer = entry.answer;
      if (entry.comment.trim()) row.comment = entry.comment;
      const evidence = entry.evidence.split("\n").map((line) => line.trim()).filter(Boolean);
      if (evidence.length) row.evidence = evidence;
      return row;
    });
    const text = JSON.stringify({ ...about.head, answers: rows }, null, 1) + "\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${about.head.checklist}.${by.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40)}.json`;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    unsaved = false;
    tell(`Downloaded as ${link.download}.`);
  };

  try {
    draft = { ...draft, ...JSON.parse(localStorage.getItem(about.key) ?? "{}") };
  } catch {
    keeps = false;
  }
  person.forEach((input) => {
    input.value = draft.person[input.id] ?? "";
    input.addEventListener("input", save);
  });
  fields.forEach((field, name) => {
    fill(field, draft.answers[name]);
    field.addEventListener("input", () => changed(field));
    field.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.matches(".more")) find(addRow(field), "[data-column]").focus();
      if (button.matches(".less")) {
        const rows = find(field, ".rows");
        button.closest(".row").remove();
        number(rows);
        find(field, ".more").focus();
        changed(field);
      }
      if (button.matches(".empty")) {
        fill(field, null);
        changed(field);
      }
    });
  });
  document.getElementById("download").addEventListener("click", download);
  document.getElementById("forget").addEventListener("click", () => {
    if (!confirm("Empty the whole form? What you filled in here is gone then.")) return;
    draft = { person: {}, answers: {} };
    fields.forEach((field) => fill(field, null));
    save();
    unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !keeps) event.preventDefault();
  });
  show();
  if (Object.keys(draft.answers).length) tell("As you left it in this browser.");
  else tell(keeps ? "What you fill in is saved in this browser." : "This browser keeps nothing: download before you close the page.");
})();
