"""The composition root: settings in, a Faust app with everything wired out. Nothing is wired at import time."""

from collections.abc import Awaitable, Callable
from typing import Any

from streams.agents import intake
from streams.broker.connection import aiokafka_options
from streams.clock import MILLISECOND, SECOND
from streams.runtime.meter import NO_METER, Meter
from streams.runtime.ownership import Ownership
from streams.runtime.processor import Processor
from streams.runtime.restore import Records, Restored, restore
from streams.runtime.shard import Outfit
from streams.runtime.transaction import AiokafkaWriter, Writer
from streams.runtime.transport import NoTables, Runtime, ShardApp
from streams.settings import Settings
from streams.stages import Role, Stage, consumer_group, stage_of


def create_app(
    settings: Settings,
    make_processor: Callable[[int], Processor],
    *,
    role: Role = "detect",
    meter: Meter = NO_METER,
    on_failure: Callable[[BaseException], None] | None = None,
) -> ShardApp:
    """The app of one stage of a worker. `make_processor` is asked for the processor of a shard whenever one is claimed.

    `on_failure` is told, once, of the exception that no shard survives; by default the app crashes with it.
    """
    stage, group = stage_of(settings, role), consumer_group(settings, role)
    app = ShardApp(
        group,
        broker=[f"moments://{broker}" for broker in settings.brokers],
        store="memory://",
        TableManager=NoTables,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=16,
        broker_session_timeout=settings.session_timeout / SECOND,
        broker_heartbeat_interval=settings.heartbeat_interval / SECOND,
        broker_rebalance_timeout=settings.rebalance_timeout / SECOND,
    )

    def crash(error: BaseException) -> None:
        app.add_future(app.crash(error))

    ownership = Ownership(_outfit(settings, stage, group, make_processor, meter), on_failure or crash)
    app.runtime = Runtime(
        ownership=ownership,
        consumer_options=_consumer_options(settings, group),
        poll=max(settings.fetch_wait // 2, 10 * MILLISECOND),
        offsets_interval=settings.offsets_interval,
    )
    intake.register(app, role, stage.inputs, ownership)

    async def let_go(*_: Any, **__: Any) -> None:
        # in this order: nothing is written any more, the lag tools are told how far it went, the producers are closed
        await ownership.revoke(timeout=10.0)
        if app.consumer.started:
            await app.consumer.write_offsets()
        await ownership.stop()

    app.on_before_shutdown.connect(let_go, weak=False)
    return app


def _outfit(
    settings: Settings, stage: Stage, group: str, make_processor: Callable[[int], Processor], meter: Meter
) -> Outfit:
    options = aiokafka_options(settings)

    def open_writer(partition: int) -> Writer:
        return AiokafkaWriter(
            f"{group}.{partition}", options, batch_bytes=settings.batch_bytes, patience=settings.broker_patience
        )

    def rebuild(partition: int, take: Callable[[Records], None]) -> Awaitable[Restored]:
        reading = options | {"check_crcs": settings.check_crcs}
        return restore(stage.changelog, partition, take, reading, patience=settings.broker_patience)

    return Outfit(
        inputs=stage.inputs,
        changelog=stage.changelog,
        make_processor=make_processor,
        open_writer=open_writer,
        rebuild=rebuild,
        meter=meter,
        gather=settings.gather,
        patience=settings.broker_patience,
        allow_fresh_start=settings.allow_fresh_start,
    )


def _consumer_options(settings: Settings, group: str) -> dict[str, Any]:
    return aiokafka_options(settings) | {
        "group_id": group,
        "group_instance_id": settings.instance_id,
        "session_timeout_ms": settings.session_timeout // MILLISECOND,
        "heartbeat_interval_ms": settings.heartbeat_interval // MILLISECOND,
        "rebalance_timeout_ms": settings.rebalance_timeout // MILLISECOND,
        # joining a group may take as long as the slowest member needs to finish its transactions
        "request_timeout_ms": settings.rebalance_timeout // MILLISECOND + 10_000,
        "fetch_max_wait_ms": settings.fetch_wait // MILLISECOND,
        "max_partition_fetch_bytes": settings.fetch_bytes,
        "check_crcs": settings.check_crcs,
    }


__all__ = ["create_app"]
