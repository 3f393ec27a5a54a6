// Begins everything, once all files are there.

for (const form of allForms()) {
  form.setAttribute("autocomplete", "off");
  prepareForm(form);
}
watchForms();
watchRows();
watchFiles();
watchKeys();
watchLeaving();
restoreDrafts();
watchLive();
bar();
