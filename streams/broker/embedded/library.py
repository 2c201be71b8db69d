"""Finds librdkafka inside the confluent-kafka wheel and declares what is used of it."""

import ctypes
import ctypes.util
import importlib.util
from pathlib import Path

from streams.errors import OperatorError

_POINTER = ctypes.c_void_p
_TEXT = ctypes.c_char_p
_INT = ctypes.c_int
_BROKER = ctypes.c_int32
_API = ctypes.c_int16
_ERROR = ctypes.c_int

# name: (result, arguments), as rdkafka.h and rdkafka_mock.h declare them
_DECLARED: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "rd_kafka_conf_new": (_POINTER, ()),
    "rd_kafka_conf_set": (_INT, (_POINTER, _TEXT, _TEXT, _TEXT, ctypes.c_size_t)),
    "rd_kafka_new": (_POINTER, (_INT, _POINTER, _TEXT, ctypes.c_size_t)),
    "rd_kafka_destroy": (None, (_POINTER,)),
    "rd_kafka_err2str": (_TEXT, (_ERROR,)),
    "rd_kafka_mock_cluster_new": (_POINTER, (_POINTER, _INT)),
    "rd_kafka_mock_cluster_destroy": (None, (_POINTER,)),
    "rd_kafka_mock_cluster_bootstraps": (_TEXT, (_POINTER,)),
    "rd_kafka_mock_topic_create": (_ERROR, (_POINTER, _TEXT, _INT, _INT)),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, (_POINTER, ctypes.c_int32)),
    "rd_kafka_mock_broker_set_rtt": (_ERROR, (_POINTER, _BROKER, _INT)),
    "rd_kafka_mock_broker_set_down": (_ERROR, (_POINTER, _BROKER)),
    "rd_kafka_mock_broker_set_up": (_ERROR, (_POINTER, _BROKER)),
    "rd_kafka_mock_push_request_errors_array": (None, (_POINTER, _API, ctypes.c_size_t, ctypes.POINTER(_ERROR))),
    "rd_kafka_mock_clear_request_errors": (None, (_POINTER, _API)),
}


def find_library() -> str:
    """Path of librdkafka: in the wheel (`confluent_kafka.libs`, on macOS `confluent_kafka/.dylibs`), else the system's.

    OperatorError where there is none.
    """
    spec = importlib.util.find_spec("confluent_kafka")
    places: list[Path] = []
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        places = [package.parent / "confluent_kafka.libs", package / ".dylibs"]
        for place in places:
            found = sorted(place.glob("librdkafka*"))
            if found:
                return str(found[0])
    system = ctypes.util.find_library("rdkafka")
    if system is not None:
        return system
    looked = " or ".join(str(place) for place in places) or "the Python path: confluent-kafka is not installed"
    raise OperatorError(
        f"the development broker needs librdkafka, and it is not in {looked}; install the confluent-kafka wheel "
        "(pip install --only-binary confluent-kafka confluent-kafka), or use a real Kafka"
    )


def load_library(path: str) -> ctypes.CDLL:
    """The library with its functions declared. OperatorError where it cannot be loaded or has no mock cluster."""
    try:
        library = ctypes.CDLL(path)
        for name, (result, arguments) in _DECLARED.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
    except (OSError, AttributeError) as fault:
        raise OperatorError(f"{path} is not a librdkafka with a mock cluster: {fault}") from fault
    return library
