from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.features import finalized_features, supported_features


def test_what_is_in_force_is_supported() -> None:
    for config in (BrokerConfig(), BrokerConfig(transaction_version=0), BrokerConfig(group_version=1)):
        supported = {feature.name: feature for feature in supported_features(config)}
        for name, level in finalized_features(config).items():
            assert supported[name].minimum <= level <= supported[name].maximum


def test_a_feature_at_level_0_is_not_in_force() -> None:
    assert "transaction.version" not in finalized_features(BrokerConfig(transaction_version=0))
    assert finalized_features(BrokerConfig(transaction_version=1))["transaction.version"] == 1


def test_groups_of_kip_848_are_supported_only_where_they_are_switched_on() -> None:
    assert "group.version" not in {feature.name for feature in supported_features(BrokerConfig())}
    assert "group.version" in {feature.name for feature in supported_features(BrokerConfig(group_version=1))}
