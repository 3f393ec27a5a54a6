"""The pytest plugin; loads without importing the library: every hook imports late."""
