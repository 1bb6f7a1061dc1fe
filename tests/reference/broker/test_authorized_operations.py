from nilometer_reference.broker import authorized_operations


def test_the_bits_are_those_that_apache_kafka_answers_without_authorizer() -> None:
    # Measured on Apache Kafka 4.3.1: DescribeCluster 2 and DescribeTopicPartitions 0.
    assert authorized_operations.CLUSTER == 8096
    assert authorized_operations.TOPIC == 3576
    assert authorized_operations.NOT_ASKED == -2147483648
