// Sends drafts, one at a time for each question, until the server has each of them: again after a while, again when the
// network is back, again after a reload. A draft of another page goes out as well; what becomes of it stands in the bar.

const AGAIN = [1, 2, 4, 8, 15, 30];  // seconds
const sending = new Set();
const refused = new Map();  // key -> {words, content}: not sent again until it changes
const files = new Map();  // key -> files that wait with a draft: a page can keep them no longer than itself lives
const outbox = {tries: 0, waiting: 0, until: 0, answers: false, stopped: "", left: false, watchers: []};

function bodyOf(fields, base, extra = []) {
  const body = new FormData();
  body.append("csrf", PAGE.csrf);
  body.append("base", String(base));
  for (const [name, value] of [...fields, ...extra]) body.append(name, value);
  const shown = [...document.querySelectorAll(".question:not([hidden])")].map((one) => one.id);
  body.append("shown", shown.join(" "));
  return body;
}

// Send a form; a promise of {status, text, wait}. Status 0: nothing came back.
function post(address, body, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();  // and not fetch, which tells nothing of how far an upload is
    request.open("POST", address);
    request.setRequestHeader("X-CSRF-Token", PAGE.csrf);
    request.setRequestHeader("HX-Request", "true");
    if (onProgress) request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.timeout = onProgress ? 600_000 : 30_000;
    request.addEventListener("loadend", () => resolve({
      status: request.status,
      text: request.status ? request.responseText : "",
      wait: Number(request.getResponseHeader("Retry-After")) || 0,
    }));
    request.send(body);
  });
}

// Send one draft if it is due. `extra`: what only the person's own press of a button brings, such as "again".
async function send(key, extra = []) {
  const draft = readDraft(key);
  if (!draft || sending.has(key) || outbox.stopped) return;
  sending.add(key);
  const with_ = files.get(key) ?? [];
  // What may have arrived without our hearing of it goes first, as it was: the server knows it again and writes nothing twice.
  const fields = draft.doubt && !with_.length && !extra.length ? draft.doubt : draft.fields;
  writeDraft(key, {...draft, doubt: fields});
  tell(key, {kind: "sending"});
  const onProgress = with_.length ? (part) => tell(key, {kind: "progress", part}) : undefined;
  const came = await post(draft.address, bodyOf(fields, draft.base, [...extra, ...with_.map((file) => ["file", file])]), onProgress);
  sending.delete(key);
  received(key, fields, with_, came);
}

function received(key, fields, with_, came) {
  const told = came.status ? partsOf(came.text) : null;
  const draft = readDraft(key);
  if (told && came.status < 500) {
    const wasAway = outbox.tries > 0;
    outbox.tries = 0;
    const settled = told.saved === "saved" || told.saved === "empty";
    const base = told.saved === "empty" ? draft?.base : baseIn(told, draft) ?? draft?.base;
    if (settled && with_.length) files.set(key, (files.get(key) ?? []).filter((file) => !with_.includes(file)));
    if (draft && settled && same(draft.fields, fields) && !files.get(key)?.length) dropDraft(key);
    else if (draft) writeDraft(key, {...draft, base: settled ? base : draft.base, doubt: null});
    if (!settled) refused.set(key, {kind: told.saved, words: wordsIn(told), content: fields, base});
    tell(key, {kind: told.saved, told, fields, words: wordsIn(told), files: with_});
    if (wasAway) sendAll();
    else if (settled && readDraft(key) && !readDraft(key).held) due(key);
  } else {
    failed(key, draft, came);
  }
  bar();
}

function failed(key, draft, came) {
  const page = came.status ? new DOMParser().parseFromString(came.text, "text/html") : null;
  const words = page?.querySelector(".trouble")?.textContent.trim() ?? "";
  if ([400, 404, 405, 413, 422].includes(came.status)) {
    if (draft) writeDraft(key, {...draft, doubt: null});
    refused.set(key, {kind: "refused", words, content: draft?.fields ?? []});
    tell(key, {kind: "refused", words});
    return;
  }
  if (came.status === 401) outbox.stopped = "Your session has ended. What you typed is kept in this browser: come in again by your link and it is sent.";
  if (came.status === 403) outbox.stopped = `${words || "The server does not take this from you."} What you typed is kept in this browser; load this page anew.`;
  const wait = came.wait || AGAIN[Math.min(outbox.tries, AGAIN.length - 1)];
  outbox.tries += came.status === 429 ? 0 : 1;
  outbox.answers = came.status > 0;
  const why = came.status === 429 ? "the server asks to wait a little" : came.status ? "the server has a problem" : "no connection";
  tell(key, {kind: "waiting", words: `Not saved yet: ${outbox.stopped ? "your session has ended" : why}. It is kept in this browser.`});
  if (!outbox.stopped) {
    outbox.until = came.status === 429 ? Date.now() + wait * 1000 : 0;
    clearTimeout(outbox.waiting);
    outbox.waiting = setTimeout(sendAll, wait * 1000);
  }
}

// The base of the question that was sent: others, which opened or closed with it, may stand before it.
const baseIn = (told, draft) => formOf(told.parts.get(draft?.page.split("#")[1]))?.elements.base.value ?? null;
const wordsIn = (told) => {
  for (const fresh of told.parts.values()) {
    const line = fresh.querySelector("[data-part=said] .trouble");
    if (line) return line.textContent.trim();
  }
  return "";
};

// Send a draft now, unless the network is away (then it waits with the others) or the server has said no to just this.
function due(key) {
  const draft = readDraft(key);
  const no = refused.get(key);
  if (!draft || (no && same(no.content, draft.fields) && !files.get(key)?.length)) return;
  if (no?.kind === "conflict") return;  // two answers of one person: they choose by a button
  if ((outbox.tries && sending.size) || Date.now() < outbox.until) return;
  refused.delete(key);
  send(key);
}

async function sendAll() {
  clearTimeout(outbox.waiting);
  for (const key of draftKeys()) {
    if (outbox.stopped) break;
    if (readDraft(key)?.held) continue;
    due(key);
    if (outbox.tries) break;  // one is enough to see whether anybody answers
    if (sending.size > 3) await new Promise((done) => { setTimeout(done, 300); });
  }
  bar();
}

function tell(key, news) {
  for (const watcher of outbox.watchers) watcher(key, news);
}

// The bar: how many answers wait, and those that need their writer.
function bar() {
  const place = document.getElementById("saving");
  const keys = draftKeys();
  const here = new Set(allForms().map(keyOf));
  const stuck = keys.filter((key) => (refused.has(key) || readDraft(key)?.held) && !here.has(key));
  const wait = keys.filter((key) => !readDraft(key)?.held && !refused.has(key));
  const lines = [];
  if (outbox.stopped) lines.push(make("p", {}, outbox.stopped, " ", make("button", {type: "button", class: "plain", click: () => location.reload()}, "Load anew")));
  else if (outbox.tries && wait.length) {
    const words = `${outbox.answers ? "The server has a problem" : "No connection"}. ${many(wait.length, "answer")} ${wait.length === 1 ? "waits" : "wait"} in this browser.`;
    lines.push(make("p", {}, words, " ", make("button", {type: "button", class: "plain", click: () => sendAll()}, "Try now")));
  }
  for (const key of stuck) {
    const draft = readDraft(key);
    lines.push(make("p", {}, "Not saved yet: ", make("a", {href: draft.page}, draft.text || "a question")));
  }
  const text = lines.map((line) => line.textContent).join("\n");
  if (place.dataset.shown !== text) {
    place.dataset.shown = text;
    place.replaceChildren(...lines);
  }
}

addEventListener("online", () => sendAll());
addEventListener("storage", (event) => { if (event.key === null || event.key.startsWith(SHELF)) bar(); });
