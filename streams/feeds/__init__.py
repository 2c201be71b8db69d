"""The feed stage: what the shards have heard in, what can be believed of each feed out. Pure."""
