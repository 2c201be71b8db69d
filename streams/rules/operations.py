"""Alerts about the monitor itself and about the feeds it hears: the same in every installation."""

from collections.abc import Iterator

from streams.metrics.contract import STAGES
from streams.rules.rule import Alert, Group, Said

WORKERS = "moments-worker"
CONSOLE = "moments-console"
"""Jobs of the scrape configuration."""

OLD = 60
"""Seconds without proof of having read everything: then a shard's clock is held and the console's picture stale."""

SLOW = "60.0"
"""Seconds, a bucket of the restore histogram: a restore that takes longer is slow."""

FEW = 2.5
"""Of messages that failed: above this it is no chance. Increases are estimates, so half a one is given."""


def operations() -> list[Group]:
    """Feeds, stages, what is on its way to people, and the dead man's switch."""
    return [
        Group("moments-feeds", "30s", list(_feeds())),
        Group("moments-stages", "30s", [*_running(), *_moving(), *_reading()]),
        Group("moments-telling", "30s", list(_telling())),
        Group("moments-catalogue", "1m", list(_agreeing())),
        Group("moments-watchdog", "30s", [_watchdog()]),
    ]


def _feeds() -> Iterator[Alert]:
    yield Alert(
        "FeedBlind",
        'max by (tenant, source, region) (moments_feed_state{state="blind",source!="*"}) == 1',
        "high",
        "feed",
        Said(
            "Feed {{ $labels.source }} is not heard: tenant {{ $labels.tenant }}"
            "{{ with $labels.region }}, region {{ . }}{{ end }}",
            "听不到数据源 {{ $labels.source }}:租户 {{ $labels.tenant }}{{ with $labels.region }},区域 {{ . }}{{ end }}",
        ),
        Said(
            "Silent or thin beyond what is usual at this hour. Until it is back, what falls due is unknown, not broken.",
            "静默或稀疏程度超出该时段的常态。恢复之前,到期的时刻记为未知,而不是违约。",
        ),
        wait="30s",
        stay="5m",
    )
    yield Alert(
        "TenantSilent",
        """
        max by (tenant) (moments_feed_state{state="blind",source="*"}) == 1
        or
        min by (tenant) (moments_feed_state{state="blind",source!="*"}) == 1
        """,
        "critical",
        "feed",
        Said("Nothing is heard of tenant {{ $labels.tenant }}", "租户 {{ $labels.tenant }} 全部静默"),
        Said(
            "All of its feeds are silent at once: the way to the monitor is more likely cut than every publisher.",
            "所有数据源同时静默:更可能是通往监控的链路断了,而不是每个发布方都停了。",
        ),
        wait="30s",
        stay="5m",
    )


def _running() -> Iterator[Alert]:
    lost = [f'absent(moments_worker_info{{job="{WORKERS}",role="{role}"}})' for role in STAGES]
    lost.append(f'label_replace(absent(up{{job="{CONSOLE}"}} == 1), "role", "console", "", "")')
    yield Alert(
        "StageDown",
        "\nor\n".join(lost),
        "critical",
        "monitor",
        Said("No process of {{ $labels.role }} answers", "没有任何 {{ $labels.role }} 进程应答"),
        Said(
            "Nothing is done at this stage. What is missed is made up for when it is back, from the positions in Kafka.",
            "该阶段完全停止。恢复后会从 Kafka 中的位置补上。",
        ),
        wait="2m",
    )
    yield Alert(
        "ProcessDown",
        f'up{{job=~"{WORKERS}|{CONSOLE}"}} == 0',
        "medium",
        "monitor",
        Said("{{ $labels.instance }} does not answer", "{{ $labels.instance }} 没有应答"),
        Said(
            "A process of {{ $labels.job }} cannot be scraped. Others do its work, if there are others.",
            "{{ $labels.job }} 的一个进程无法抓取。若有其他进程,由它们接手。",
        ),
        wait="5m",
    )
    yield Alert(
        "ShardUnowned",
        "sum by (role) (moments_shards_owned) < max by (role) (moments_partitions)",
        "critical",
        "monitor",
        Said(
            "Shards of {{ $labels.role }} are nobody's: only {{ $value }} are judged",
            "{{ $labels.role }} 有分片无人负责:只有 {{ $value }} 个在处理",
        ),
        Said(
            "The cases of the others stand still: no breach of theirs is said.",
            "其余分片的事项停滞不前:它们的违约不会被发现。",
        ),
        wait="3m",
    )


def _moving() -> Iterator[Alert]:
    where = "role, topic, partition"
    yield Alert(
        "WorkerStuck",
        f"""
        max by ({where}) (moments_input_lag) > 0
        and max by ({where}) (min_over_time(moments_input_lag[5m])) > 0
        and max by ({where}) (changes(moments_input_position[5m])) == 0
        """,
        "critical",
        "monitor",
        Said(
            "{{ $labels.role }} does not move on {{ $labels.topic }}/{{ $labels.partition }}",
            "{{ $labels.role }} 在 {{ $labels.topic }}/{{ $labels.partition }} 上停住了",
        ),
        Said(
            "{{ $value }} records wait and no position has moved for five minutes.",
            "有 {{ $value }} 条记录在等待,五分钟内位置没有移动。",
        ),
        wait="1m",
    )
    yield Alert(
        "ClockHeld",
        f"""
        min by (role, partition) (moments_shard_clock_age_seconds) > {OLD}
        or
        max by (role, partition) (min_over_time(moments_input_lag[5m]) and moments_input_lag) > 0
          unless on (role, partition) moments_shard_clock_age_seconds
        """,
        "high",
        "monitor",
        Said(
            "The clock of shard {{ $labels.partition }} of {{ $labels.role }} is held",
            "{{ $labels.role }} 分片 {{ $labels.partition }} 的时钟停住了",
        ),
        Said(
            "It has not read all of its inputs to their end for more than a minute, so no deadline of its cases speaks.",
            "一分多钟没有把所有输入读到末尾,因此该分片上的期限都不会触发。",
        ),
        wait="3m",
    )
    slow = f'sum by (role, instance) (moments_restore_seconds_bucket{{le="{SLOW}"}}{{offset}})'
    every = "sum by (role, instance) (moments_restore_seconds_count{offset})"
    now, before = (
        f"({every} - {slow})".replace("{offset}", offset) for offset in ("", " offset 1h")
    )  # a process may be born with a restore behind it, of which `increase` would know nothing
    yield Alert(
        "RestoreSlow",
        f"{now} > 0\nunless on (role, instance) {before} >= {now}",
        "medium",
        "monitor",
        Said(
            "{{ $labels.role }} on {{ $labels.instance }} restored a shard slowly",
            "{{ $labels.instance }} 上的 {{ $labels.role }} 恢复分片很慢",
        ),
        Said(
            "Restoring took longer than a minute; so long nobody judged the cases of the shard.",
            "恢复用时超过一分钟;期间该分片的事项无人判定。",
        ),
    )


def _reading() -> Iterator[Alert]:
    refused = 'sum by (role, topic) (increase(moments_events_refused_total{role="detect"}[15m]))'
    yield Alert(
        "DeadLettersRising",
        f"""
        (
          {refused} > 9.5
          and {refused} / on (topic) group_left sum by (topic) (increase(moments_events_applied_total[15m])) > 0.01
        )
        or
        sum by (role, topic) (increase(moments_events_refused_total{{role!="detect"}}[15m])) > 0.5
        """,
        "medium",
        "monitor",
        Said(
            "Records of {{ $labels.topic }} go to the dead letters",
            "{{ $labels.topic }} 的记录进入死信",
        ),
        Said(
            '{{ $value | printf "%.0f" }} were refused by {{ $labels.role }} in fifteen minutes; '
            "their cases lack these facts.",
            '十五分钟内 {{ $labels.role }} 拒收了 {{ $value | printf "%.0f" }} 条;相关事项缺少这些事实。',
        ),
        wait="5m",
    )
    yield Alert(
        "RecordsLost",
        """
        sum by (role, topic) (increase(moments_records_lost_total[1h])) > 0
        or
        sum by (role, topic) (moments_records_lost_total unless moments_records_lost_total offset 1h) > 0
        """,
        "high",
        "monitor",
        Said(
            "Retention took records of {{ $labels.topic }} before {{ $labels.role }} read them",
            "{{ $labels.topic }} 的记录在 {{ $labels.role }} 读到之前已被清除",
        ),
        Said(
            'About {{ $value | printf "%.0f" }} records are gone. Verdicts that rest on them may be wrong.',
            '约 {{ $value | printf "%.0f" }} 条记录丢失。依赖它们的判定可能有误。',
        ),
    )


def _telling() -> Iterator[Alert]:
    failed = 'sum by (receiver) (increase(moments_notifications_total{outcome=~"refused|given_up"}[W]))'
    tried = 'sum by (receiver) (increase(moments_notifications_total{outcome=~"delivered|refused|given_up"}[W]))'
    share = [
        f"({failed} / {tried} > {most} and {failed} > {FEW})".replace("[W]", f"[{window}]")
        for window, most in (("15m", 0.2), ("6h", 0.5))  # the long one is for a receiver of few words
    ]
    yield Alert(
        "NotifierFailing",
        "\nor\n".join(share),
        "critical",
        "monitor",
        Said("Receiver {{ $labels.receiver }} does not take messages", "接收方 {{ $labels.receiver }} 不收消息"),
        Said(
            "{{ $value | humanizePercentage }} of what it was to tell failed for good: people are not told.",
            "{{ $value | humanizePercentage }} 的消息彻底失败:有人没有收到通知。",
        ),
        wait="1m",
        stay="10m",
        labels={"role": "notify"},
    )
    yield Alert(
        "OutboxWaiting",
        """
        (
          sum by (receiver) (moments_outbox_waiting) > 0
          unless on (receiver) sum by (receiver) (increase(moments_notifications_total{outcome="delivered"}[10m])) > 0
        )
        or
        sum by (receiver) (moments_outbox_waiting) > 100
        """,
        "high",
        "monitor",
        Said(
            "{{ $value }} messages wait for receiver {{ $labels.receiver }}",
            "有 {{ $value }} 条消息在等接收方 {{ $labels.receiver }}",
        ),
        Said(
            "For ten minutes nothing was delivered, or too little. After six hours a message is given up.",
            "十分钟内没有送达,或送达太慢。六小时后消息将被放弃。",
        ),
        wait="10m",
        labels={"role": "notify"},
    )
    yield Alert(
        "ConsoleStale",
        f"moments_console_board_age_seconds > {OLD}",
        "high",
        "monitor",
        Said("The console at {{ $labels.instance }} shows old news", "{{ $labels.instance }} 的控制台显示的是旧数据"),
        Said(
            "Its picture is {{ $value | humanizeDuration }} old. It says so on every page.",
            "画面已滞后 {{ $value | humanizeDuration }}。每个页面上都有提示。",
        ),
        wait="2m",
        labels={"role": "console"},
    )


def _agreeing() -> Iterator[Alert]:
    yield Alert(
        "CatalogueDiffers",
        "count(count by (version) (moments_catalogue_info)) > 1",
        "medium",
        "monitor",
        Said("Workers judge by {{ $value }} different catalogues", "各 worker 使用了 {{ $value }} 个不同的目录版本"),
        Said(
            "What a case is judged by depends on its shard. One of the workers has not taken the new files.",
            "判定依据随分片而异。有 worker 没有加载新文件。",
        ),
        wait="10m",
        labels={"role": "detect"},
    )
    live, ours = "max by (moment) (moments_moment_objective)", "moment:moments_objective:ratio"
    yield Alert(
        "RulesOutdated",
        f"({live} unless on (moment) {ours})\nor\n(abs({live} - on (moment) {ours}) > 0.0001)",
        "low",
        "monitor",
        Said(
            "The alert rules do not know the objective of {{ $labels.moment }}",
            "告警规则不知道 {{ $labels.moment }} 的目标",
        ),
        Said(
            "The rules were generated from another catalogue than the one in force.",
            "规则由另一份目录生成,与正在生效的不同。",
        ),
        wait="15m",
    )


def _watchdog() -> Alert:
    return Alert(
        "Watchdog",
        "vector(1)",
        "none",
        "monitor",
        Said("The way from Prometheus to people is open", "从 Prometheus 到人的通路畅通"),
        Said(
            "This alert always fires. Whoever receives it raises the alarm when it stops coming.",
            "此告警始终触发。接收方在它不再到来时报警。",
        ),
    )
