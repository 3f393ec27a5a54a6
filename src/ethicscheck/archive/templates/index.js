(function () {
  "use strict";
  var get = function (id) { return document.getElementById(id); };
  var words = get("q"), verdict = get("v"), from = get("a"), to = get("z"), found = get("found"), timer;
  var years = Array.prototype.map.call(document.querySelectorAll("details.year"), function (part, at) {
    return { part: part, open: part.open, rows: null };
  });
  function rowsOf(year) {
    if (!year.rows) {
      year.rows = Array.prototype.map.call(year.part.querySelectorAll("tbody tr"), function (row) {
        return { row: row, text: row.textContent.toLowerCase(), day: row.cells[0].textContent.trim(), verdict: row.cells[3].className.slice(2) };
      });
    }
    return year.rows;
  }
  function filter() {
    var wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean), all = 0, shown = 0;
    var asked = wanted.length > 0 || verdict.value || from.value || to.value;
    years.forEach(function (year) {
      var here = 0;
      rowsOf(year).forEach(function (row) {
        var fits = (!verdict.value || row.verdict === verdict.value) && (!from.value || row.day >= from.value) &&
          (!to.value || row.day <= to.value) && wanted.every(function (word) { return row.text.indexOf(word) >= 0; });
        if (row.row.hidden === fits) { row.row.hidden = !fits; }
        all += 1;
        here += fits ? 1 : 0;
      });
      year.part.hidden = here === 0;
      year.part.open = asked ? here > 0 && shown < 500 : year.open;
      shown += here;
    });
    found.textContent = asked ? shown.toLocaleString("en") + " of " + all.toLocaleString("en") + " audits" : "";
  }
  function later() { clearTimeout(timer); timer = setTimeout(filter, 120); }
  [words, verdict, from, to].forEach(function (field) { field.addEventListener("input", later); });
  get("filters").hidden = years.length === 0;
  if (words.value || verdict.value || from.value || to.value) { filter(); }
})();
