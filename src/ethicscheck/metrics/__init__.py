"""What is measured: one file per family of measures, and the rows of the record made from them."""
