"""What clients do: generated batches, known logs, and several actors at once. They observe and judge nothing.

batches      strategies of records and batches, and `write`: a batch sent, with what its answer says
together     jobs of several actors at the same time
traffic      writers, readers and askers at once on one partition, with everything that they saw
known_log    a partition whose content is known record by record: batches, markers, segment borders
visible      what a consumer delivers of a raw response
"""
