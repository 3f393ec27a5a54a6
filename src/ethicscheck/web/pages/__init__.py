"""The pages: one file per group of them. A handler reads the request, asks the files, and draws a template."""
