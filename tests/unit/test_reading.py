"""What the reading makes of a fetch response: aiokafka's choice of records, in our own form."""

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, FetchResult, PartitionRecords
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from streams.runtime.reading import Fetched, Shelf

TP = TopicPartition("orders", 3)
HEADERS: list[tuple[str, bytes | None]] = [("ce_id", b"1")]


def log(*transactional: bool) -> bytes:
    """A log of batches of two records; the transactional ones are of producer 7."""
    written = b""
    for number, of_a_transaction in enumerate(transactional):
        batch = DefaultRecordBatchBuilder(2, 0, of_a_transaction, 7 if of_a_transaction else -1, 0, 0, 1 << 20)
        batch.append(0, 1_700_000_000_000, b"k", b"%d" % number, HEADERS)
        batch.append(1, 1_700_000_000_001, None, None, [])
        built = batch.build()
        built[0:8] = (2 * number).to_bytes(8, "big")  # the offset is the broker's to write, and not in the checksum
        written += built
    return written


def taken(records: bytes, aborted: list[tuple[int, int]]) -> list[Fetched]:
    """Needs a running loop: aiokafka makes futures for an assignment."""
    assignment = Assignment([TP])
    assignment.state_value(TP).reset_to(0)
    unpacked = PartitionRecords(TP, MemoryRecords(records), aborted, 0, None, None, True, READ_COMMITTED)
    shelf = Shelf()
    shelf[TP] = FetchResult(TP, assignment=assignment, partition_records=unpacked, backoff=0)
    found: list[Fetched] = shelf[TP].getall()
    assert assignment.state_value(TP).position == len(records) // len(log(False)) * 2
    return found


async def test_a_record_is_read_as_it_was_written() -> None:
    assert taken(log(False), []) == [
        Fetched("orders", 3, 0, 1_700_000_000_000, b"k", b"0", (("ce_id", b"1"),)),
        Fetched("orders", 3, 1, 1_700_000_000_001, None, None, ()),
    ]


async def test_records_of_an_aborted_transaction_are_left_out_and_their_offsets_are_passed() -> None:
    assert [record.offset for record in taken(log(False, True, False), [(7, 2)])] == [0, 1, 4, 5]
