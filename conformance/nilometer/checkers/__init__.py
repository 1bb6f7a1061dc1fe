"""What must hold: pure functions over what was observed. No clock, no network, no chance. Read `judgement.py` first.

    judgement          instances counted, findings with their evidence
    realtime_order     a record sent after another was acknowledged has the higher offset          L7
    end_offsets        answers never go back, and lie beyond what was acknowledged                 V1 V3 L12 V5
    offset_binding     one offset, one record; one record, one offset                              L1 L15
    repeated_scans     two scans agree wherever both looked, by a digest of each prefix            L2
    record_content     a record as it was sent                                                     L3
    record_origins     a record that somebody sent, to this partition                              L4
    fetch_positions    offsets increase; the first record at a position is the next one            L5 L6 C10
    producer_order     records of one session in the order of sending                              L8 L15
    batch_atomicity    all of a batch without a gap, or nothing of it                              L9 L15
    offset_density     every offset of a scan is accounted for                                     L10
    watermark_order    log start offset <= last stable offset <= high watermark                    L11
    batch_form         a stored batch is well-formed and keeps what its producer wrote             L13
    session_fold       a fetch session shows what full fetches show                                L18
    time_queries       the first record at or after a timestamp, by one full scan                  TI1 TI2 TI5 TI10
    clock_offset       one clock stamped all these batches                                         TI6
    staleness          how far reads lagged behind acknowledged writes                             V8

Algorithms and costs: each module's docstring.
"""
