// Evidence: files dropped anywhere on a question, checked before they are sent, listed until they are kept.

function prepareFiles(form) {
  if (!form.querySelector(".chosen")) form.querySelector(".drop-zone").append(make("ul", {class: "chosen", "aria-label": "Files that are sent"}));
  showChosen(form);
}

const sizeWords = (size) => (size < 1024 ? `${size} B` : size < 1048576 ? `${(size / 1024).toPrecision(3)} kB` : `${(size / 1048576).toPrecision(3)} MB`);

function showChosen(form) {
  form.querySelector(".chosen").replaceChildren(...filesOf(form).map((file) => make("li", {}, `${file.name} (${sizeWords(file.size)}) `,
    make("button", {type: "button", class: "plain", "aria-label": `Don't send ${file.name}`, click: () => {
      choose(form, filesOf(form).filter((one) => one !== file));
      form.elements.file.focus();
      saveForm(form);
    }}, "Remove"))));
}

function choose(form, chosen) {
  const transfer = new DataTransfer();
  chosen.forEach((file) => transfer.items.add(file));
  form.elements.file.files = transfer.files;
  showChosen(form);
}

// Take out what is larger than the server takes; say so.
function checkSizes(form) {
  const most = Number(QUESTIONS.dataset.most);
  const large = filesOf(form).filter((file) => file.size > most);
  form.querySelector(".too-large")?.remove();
  if (large.length) {
    choose(form, filesOf(form).filter((file) => file.size <= most));
    const words = large.map((file) => `${file.name} has ${sizeWords(file.size)}; at most ${QUESTIONS.dataset.mostWords} can be kept. Give its address instead, or a smaller file.`);
    form.querySelector(".drop-zone").append(make("p", {class: "trouble too-large", role: "alert"}, words.join(" ")));
  }
}

// The moment an answer is chosen that needs evidence, its place opens.
function showEvidenceWish(form) {
  if (missingIn(form)?.at === form.elements.file) form.querySelector(".evidence").open = true;
}

function watchFiles() {
  document.addEventListener("change", (event) => {
    if (event.target.name !== "file") return;
    const form = event.target.closest(".answer-form");
    checkSizes(form);
    showChosen(form);
  }, true);
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const formUnder = (event) => formOf(questionOf(event.target));
  const mark = (form) => {
    for (const zone of document.querySelectorAll(".over")) zone.classList.remove("over");
    questionOf(form)?.classList.add("over");
  };
  document.addEventListener("dragover", (event) => {
    if (!QUESTIONS || !carriesFiles(event)) return;
    event.preventDefault();  // beside a question too: a browser would open the file in place of the page
    const form = formUnder(event);
    event.dataTransfer.dropEffect = form ? "copy" : "none";
    mark(form);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
  document.addEventListener("drop", (event) => {
    if (!QUESTIONS || !carriesFiles(event)) return;
    event.preventDefault();
    mark(null);
    const form = formUnder(event);
    if (!form) return;
    form.querySelector(".evidence").open = true;
    choose(form, [...filesOf(form), ...event.dataTransfer.files]);
    form.elements.file.dispatchEvent(new Event("change", {bubbles: true}));
  });
}
