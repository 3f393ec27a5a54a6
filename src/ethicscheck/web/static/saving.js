// Saves a question as soon as it is changed, says how that went beside it, and keeps every keystroke until then.

const checklistKey = () => QUESTIONS?.dataset.checklist ?? "";
const keyOf = (form) => draftKey(checklistKey(), questionOf(form).dataset.item);
const formFor = (key) => allForms().find((form) => keyOf(form) === key) ?? null;

function say(form, words, kind = "") {
  const place = form.querySelector(".saved");
  place.className = `saved ${kind}`;
  if (place.textContent !== words) place.textContent = words;
}

// Keep what is typed; return the draft's key, or null when nothing is unsaved.
function keep(form, held = readDraft(keyOf(form))?.held ?? false) {
  const key = keyOf(form);
  if (outbox.left) return null;
  if (!isTouched(form)) {
    // What was refused is drawn in the form again, but stands nowhere yet.
    if (!sending.has(key) && !refused.has(key) && !readDraft(key)?.doubt) dropDraft(key);
    if (!readDraft(key)) return null;
  }
  writeDraft(key, draftFrom(form, readDraft(key)?.doubt ?? null, held));
  return key;
}

function draftFrom(form, doubt, held) {
  const question = questionOf(form);
  return {
    fields: contentOf(form),
    base: form.elements.base.value,
    doubt,
    address: new URL(form.action).pathname,
    page: `${location.pathname}#${question.id}`,
    text: question.querySelector("h2").textContent,
    held,
  };
}

const typing = new WeakMap();
function keepSoon(form) {
  if (!typing.has(form)) typing.set(form, after(300, () => form.isConnected && keep(form)));
  typing.get(form)();
}

// Save a form if it holds something new that can be saved; say what is missing otherwise.
function saveForm(form) {
  if (!isTouched(form) && !readDraft(keyOf(form))) return true;
  const missing = missingIn(form);
  const key = keep(form, Boolean(missing));
  if (!key) {
    if (form.querySelector(".saved.failed, .saved.missing")) say(form, "Nothing changed.");
    return true;
  }
  if (missing) {
    say(form, `Not saved yet. ${missing.words}`, "missing");
    bar();
    return false;
  }
  if (isBlank(form)) {
    dropDraft(key);
    say(form, isTouched(form) ? "Not saved: an empty answer takes nothing back. For that there is “Take my answer back”." : "", "missing");
    return true;
  }
  files.set(key, filesOf(form));
  due(key);
  return true;
}

function isBlank(form) {
  const pairs = contentOf(form);
  return !form.elements.na?.checked && !filesOf(form).length && !pairs.some(([name, text]) => (name === "value" || name === "link" || name.startsWith("cell.")) && text.trim());
}

function heard(key, news) {
  const form = formFor(key);
  if (!form) return;
  const anchor = questionOf(form).id;
  if (news.kind === "sending") {
    setTimeout(() => { if (sending.has(key)) say(form, "Saving…"); }, 300);
  } else if (news.kind === "progress") {
    say(form, `Sending the evidence: ${Math.round(news.part * 100)} %`);
  } else if (news.kind === "waiting") {
    say(form, news.words, "failed");
  } else if (news.told) {
    if (news.kind === "refused") for (const fresh of news.told.parts.values()) fresh.querySelector("[data-part=said] .trouble")?.remove();
    if (news.kind === "saved" && same(filesOf(form).map((file) => file.name), news.files.map((file) => file.name))) form.elements.file.value = "";
    merge(news.told.parts, {anchor, sent: news.fields, rebase: news.kind === "saved" || news.kind === "conflict"});
    if (news.kind !== "refused") seenUpTo(anchor);
    const now = formFor(key);
    if (!now) return;
    if (news.kind === "saved") say(now, `Saved ${clock()}`);
    else if (news.kind === "refused") say(now, `Not saved: ${news.words}`, "failed");
    else if (news.kind === "conflict") say(now, `Not saved: ${now.querySelector(".other") ? "choose which of your two answers stands." : news.words}`, "failed");
    if (news.kind === "saved" && isTouched(now)) saveLater(now);
  } else if (news.kind === "refused") {
    say(form, `Not saved: ${news.words || "the server does not take it."}`, "failed");
  }
}

// What was typed while a save was under way: kept at once, with what it now stands on; sent when the field is left.
function saveLater(form) {
  const key = keep(form);
  if (key && !form.contains(document.activeElement)) saveForm(form);
}

async function withdraw(form, address) {
  const key = keyOf(form);
  const sent = contentOf(form);
  dropDraft(key);
  refused.delete(key);
  const came = await post(address, bodyOf([], form.elements.base.value));
  const told = came.status ? partsOf(came.text) : null;
  if (!told) {
    say(form, `Not taken back: ${came.status ? "the server does not take it" : "no connection"}. Try again.`, "failed");
    return;
  }
  document.activeElement.blur();
  merge(told.parts, {anchor: questionOf(form).id, sent, rebase: true});
  if (told.saved === "saved") say(formFor(key) ?? form, `Taken back ${clock()}`);
}

// The other window's answer stands: what was typed here goes.
async function takeOther(form) {
  const [key, anchor] = [keyOf(form), questionOf(form).id];
  dropDraft(key);
  refused.delete(key);
  const sent = contentOf(form);
  if (await fetchQuestion(anchor, {anchor, sent, rebase: true})) say(formFor(key) ?? form, "The other answer stands.");
  bar();
}

function pressed(event) {
  const form = event.target.closest(".answer-form");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.name === "withdraw") {
    withdraw(form, button.getAttribute("formaction"));
    return;
  }
  const key = keyOf(form);
  const no = refused.has(key);
  refused.delete(key);
  if (button?.name === "again" || no) {
    const missing = missingIn(form);
    writeDraft(key, draftFrom(form, null, Boolean(missing)));
    files.set(key, filesOf(form));
    if (missing) say(form, `Not saved yet. ${missing.words}`, "missing");
    else send(key, button?.name === "again" ? [["again", "1"]] : []);
    return;
  }
  if (!saveForm(form)) missingIn(form)?.at?.focus();
  else if (!readDraft(key) && !form.querySelector(".saved").textContent) say(form, "Nothing to save yet.");
}

// Put drafts of an earlier visit into the forms, and send all that can be sent.
function restoreDrafts() {
  for (const form of allForms()) {
    const key = keyOf(form);
    const draft = readDraft(key);
    if (!draft) continue;
    if (same(draft.fields, drawnIn(form)) && !draft.doubt) {
      dropDraft(key);
      continue;
    }
    putBack(form, draft.fields);
    prepareForm(form);
    form.elements.base.value = draft.base;
    const missing = missingIn(form);
    writeDraft(key, {...draft, held: Boolean(missing)});
    if (missing) say(form, `Not saved yet. ${missing.words}`, "missing");
  }
  sendAll();
}

function watchForms() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.(".answer-form");
    if (form) keepSoon(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.(".answer-form");
    if (!form) return;
    if (event.target.name === "na" && event.target.checked) form.elements.na_reason.focus();
    showEvidenceWish(form);
    saveForm(form);
  });
  document.addEventListener("submit", pressed);
  document.addEventListener("click", (event) => {
    const other = event.target.closest?.(".answer-form .other");
    if (!other) return;
    event.preventDefault();
    takeOther(other.closest("form"));
  });
  const flush = () => { for (const form of allForms()) if (isTouched(form)) saveForm(form); };
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
  addEventListener("pagehide", flush);
  addEventListener("beforeunload", (event) => {
    for (const form of allForms()) keep(form);
    const lost = unkept.size || allForms().some((form) => filesOf(form).length);
    if (lost || (outbox.tries && draftKeys().length)) event.preventDefault();
  });
  outbox.watchers.push(heard);
}

// Leaving for good: what waits is sent first; what can't be is thrown away only by the person's own word.
function watchLeaving() {
  document.querySelector("form.leave")?.addEventListener("submit", async (event) => {
    if (!draftKeys().length) return;
    event.preventDefault();
    for (const key of draftKeys()) if (!readDraft(key)?.held && !refused.has(key)) await send(key);
    const left = draftKeys().length;
    const words = `${many(left, "answer")} ${left === 1 ? "is" : "are"} not saved yet. If you leave now, what you typed is removed from this browser.`;
    if (left && !confirm(words)) return;
    outbox.left = true;
    for (const form of allForms()) form.elements.file.value = "";
    for (const key of draftKeys()) dropDraft(key);
    event.target.submit();
  });
}
