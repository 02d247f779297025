"""Foreign devices: one seeded city of homes and VR venues that publishes as vendors would. Imports nothing of ours.

Read in this order: ``city`` (the document), ``plan`` (who takes part), ``household`` and ``visitors`` (what they do),
``stream`` (their records, numbered), ``messages`` (packed), ``faults`` and ``outages`` (what goes wrong), ``score``
(all that a play sends), ``outbox`` and ``link`` (sent and kept until the receipt), ``play`` (all feeds at once),
``trial`` (day by day), ``expect`` and ``oracle`` (what a reader of the policy would count), ``replay`` (a recorded
home), ``load`` (much, by a formula), ``commands`` (the words).
"""
