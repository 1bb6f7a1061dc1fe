"""Avro by its real libraries. Read `campaign.py`.

generators.py    schemas, and readers made from writers by a few changes
peers.py         fastavro and Avro Java
campaign.py      rules, meaning and peers on the same pairs
"""
