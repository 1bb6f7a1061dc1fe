"""What idempotence promises, over any view of one producer and one partition.

view.offsets             offsets, or a sort of the prover
view.in_log(o)           there is an entry at o
view.batch_at(o)         number of the batch at o: 1, 2, 3 … in the order of sending
view.epoch_at(o)         its epoch
view.batches             numbers of batches, or a sort
view.acked(b)            the client knows that b is done
view.ack_offset(b)       the offset that it was told
view.is_replicated(o)    o is below the high watermark
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, equal, exists, for_all, implies


def no_duplicate(view: Any) -> Any:
    """No batch lies at two offsets, deleted ones included.

    Why: that is what idempotence is for (KIP-98).
    """
    return for_all(
        view.offsets,
        lambda one: for_all(
            view.offsets,
            lambda other: implies(
                all_of(view.in_log(one), view.in_log(other), equal(view.batch_at(one), view.batch_at(other))),
                equal(one, other),
            ),
        ),
    )


def order_kept(view: Any) -> Any:
    """A batch that was sent later does not lie before one that was sent earlier.

    Why: a producer's order is the partition's order, with several requests in flight, too (KAFKA-5494).
    """
    return for_all(
        view.offsets,
        lambda one: for_all(
            view.offsets,
            lambda other: implies(
                all_of(view.in_log(one), view.in_log(other), one < other), view.batch_at(one) <= view.batch_at(other)
            ),
        ),
    )


def no_hole(view: Any) -> Any:
    """Wherever a batch lies, the batch that was sent before it lies at a lower offset.

    Why: the sequence is checked so that nothing is lost in the middle (KIP-98).
    """
    return for_all(
        view.offsets,
        lambda one: implies(
            all_of(view.in_log(one), view.batch_at(one) > 1),
            exists(
                view.offsets,
                lambda other: all_of(
                    view.in_log(other), other < one, equal(view.batch_at(other) + 1, view.batch_at(one))
                ),
            ),
        ),
    )


def acked_at_its_offset(view: Any) -> Any:
    """An acknowledged batch lies at the offset that the client was told, and is replicated.

    Why: what was acknowledged survives, and clients use the offset (KAFKA-14034).
    """
    return for_all(
        view.batches,
        lambda batch: implies(
            view.acked(batch),
            all_of(view.is_replicated(view.ack_offset(batch)), equal(view.batch_at(view.ack_offset(batch)), batch)),
        ),
    )


def epochs_never_fall_along_log(view: Any) -> Any:
    """A batch of an older epoch never lies behind one of a newer epoch.

    Why: a newer epoch fences what is left of the older one (KIP-360).
    """
    return for_all(
        view.offsets,
        lambda one: for_all(
            view.offsets,
            lambda other: implies(
                all_of(view.in_log(one), view.in_log(other), one < other), view.epoch_at(one) <= view.epoch_at(other)
            ),
        ),
    )
