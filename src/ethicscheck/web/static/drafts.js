// What was typed and not yet saved, kept in this browser until it is: for this folder and this person, a draft a question.
// A draft: {fields, base, doubt, address, page, text, at}; `doubt` is what was sent last and never answered.

const SHELF = `ethicscheck/draft/${PAGE.folder}/${PAGE.person}/`;
const unkept = new Map();  // where the browser keeps nothing (full, or forbidden): as long as the page lives

function draftKey(checklist, item) {
  return `${SHELF}${checklist}/${item}`;
}

function readDraft(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "null");
    return unkept.get(key) ?? (Array.isArray(found?.fields) ? found : null);
  } catch {
    return unkept.get(key) ?? null;
  }
}

function writeDraft(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    unkept.delete(key);
  } catch {
    unkept.set(key, draft);
  }
}

function dropDraft(key) {
  unkept.delete(key);
  try {
    localStorage.removeItem(key);
  } catch { /* nothing was kept */ }
}

function draftKeys() {
  const found = new Set(unkept.keys());
  try {
    for (let place = 0; place < localStorage.length; place += 1) {
      const key = localStorage.key(place);
      if (key.startsWith(SHELF)) found.add(key);
    }
  } catch { /* nothing is kept */ }
  return [...found].sort();
}
