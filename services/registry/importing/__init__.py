"""Bulk import: a spreadsheet becomes rows of a collection, by the same rules as any other request.

Read in this order: kinds (what can be imported, declared), cells (what stands in a cell), rooms (what must not),
sheets (CSV and XLSX in), packed (before an XLSX is opened), parsing (lines become entries), entering (entries become
rows of the registry; recalling), telling (what is told of it), templates (XLSX and CSV out), carrying (all of it),
undoing (taken back; standing: what is in the way), jobs (nobody waits).
"""
