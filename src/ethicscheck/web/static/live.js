// Who else is here, in which question, and what they saved meanwhile; told by the server in small events. What they saved is
// fetched when somebody wants to see it.

const TAB = String(Math.random()).slice(2);
const HIDDEN_FOR = 10_000;  // a page nobody looks at gives its connection back: a browser has six for a server
const live = {source: null, tries: 0, last: Number(QUESTIONS?.dataset.last ?? 0), told: "", later: 0};

function connect() {
  if (live.source || document.hidden) return;
  const source = new EventSource(`${QUESTIONS.dataset.address}/events?tab=${TAB}&since=${live.last}`);
  live.source = source;
  source.addEventListener("here", (event) => showHere(JSON.parse(event.data)));
  source.addEventListener("said", (event) => showSaid(JSON.parse(event.data)));
  source.addEventListener("open", () => { live.tries = 0; live.told = ""; tellPlace(); });
  source.addEventListener("error", () => {
    disconnect();
    setTimeout(connect, AGAIN[Math.min(live.tries, AGAIN.length - 1)] * 1000);
    live.tries += 1;
  });
}

function disconnect() {
  live.source?.close();
  live.source = null;
}

// The people here, as [name, question's id in the page or ""]; the server leaves me out.
function showHere(people) {
  let line = document.getElementById("here");
  if (!line) {
    line = make("p", {id: "here", class: "quiet"});
    document.getElementById("progress").append(line);
  }
  const names = [...new Set(people.map(([name]) => name))];
  line.textContent = names.length ? `Here now: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}` : "";
  for (const question of shown()) {
    const answering = [...new Set(people.filter(([, at]) => at === question.id).map(([name]) => name))];
    let words = question.querySelector(".answering");
    if (!answering.length) words?.remove();
    else {
      if (!words) question.querySelector(".about").before(words = make("p", {class: "answering quiet"}));
      words.textContent = `${answering.join(" and ")} ${answering.length === 1 ? "is" : "are"} answering this.`;
    }
  }
}

const DID = {answer: "answered this", withdrawal: "took the answer back", resolution: "settled this", comment: "commented"};

function showSaid({at, by, did, seq}) {
  live.last = Math.max(live.last, seq);
  const question = document.getElementById(at);
  if (!question || question.hidden || seq <= Number(question.dataset.base)) return;
  if (sending.has(formOf(question) && keyOf(formOf(question)))) {
    setTimeout(() => showSaid({at, by, did, seq}), 500);  // it may be what is just being saved here
    return;
  }
  question.querySelector(".news")?.remove();
  const who = PAGE.person.endsWith(`/${by}`) ? "In another window you" : by;
  const line = make("p", {class: "news meanwhile", role: "status"}, `${who} ${DID[did]} just now. `,
    make("button", {type: "button", class: "plain", click: async () => {
      if (await fetchQuestion(at)) line.remove();
      goTo(document.getElementById(at));
    }}, "Show"));
  question.querySelector(".about").before(line);
}

// A save drew the question anew: the news about it is seen.
function seenUpTo(anchor) {
  document.getElementById(anchor)?.querySelector(".news")?.remove();
}

async function fetchQuestion(anchor, about) {
  const question = document.getElementById(anchor);
  const before = shown().map((one) => one.id).join(" ");
  try {
    const address = `${QUESTIONS.dataset.address}/items/${encodeURIComponent(question.dataset.item)}?shown=${encodeURIComponent(before)}`;
    const answer = await fetch(address, {headers: {"HX-Request": "true"}, cache: "no-store"});
    const told = partsOf(await answer.text());
    if (told) merge(told.parts, about);
    return Boolean(told);
  } catch {
    announce("No connection.");
    return false;
  }
}

// Tell where I am: at once when it is another question, at most once in three seconds, and now and then while I type.
function tellPlace() {
  const at = questionOf(document.activeElement);
  const place = at && formOf(at)?.contains(document.activeElement) ? at.id : "";
  if (place === live.told || live.later || !live.source) return;
  live.told = place;
  live.later = setTimeout(() => { live.later = 0; tellPlace(); }, 3000);
  const body = new FormData();
  body.append("tab", TAB);
  body.append("at", place);
  fetch(`${QUESTIONS.dataset.address}/here`, {method: "POST", body, headers: {"X-CSRF-Token": PAGE.csrf}}).catch(() => {});
}

function watchLive() {
  if (!QUESTIONS) return;
  document.addEventListener("focusin", tellPlace);
  document.addEventListener("focusout", () => setTimeout(tellPlace, 200));
  let heard_ = 0;
  document.addEventListener("input", () => {
    if (Date.now() - heard_ < 45_000) return;
    heard_ = Date.now();
    live.told = null;
    tellPlace();
  });
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(disconnect, HIDDEN_FOR);
    else connect();
  });
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
}
