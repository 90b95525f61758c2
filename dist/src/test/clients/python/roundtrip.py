"""Produces and fetches by assignment with confluent-kafka (librdkafka) and kafka-python."""
import sys

import confluent_kafka
import kafka

BOOTSTRAP = sys.argv[1]
VALUES = [b"v%d" % i for i in range(1000)]


def confluent(codec):
    topic = "confluent-" + codec
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": BOOTSTRAP, "compression.type": codec, "enable.idempotence": True})
    for value in VALUES:
        producer.produce(topic, value=value, partition=0)
    assert producer.flush(60) == 0
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": BOOTSTRAP, "group.id": "unused", "enable.auto.commit": False})
    partition = confluent_kafka.TopicPartition(topic, 0, 0)
    consumer.assign([partition])
    got = []
    while len(got) < len(VALUES):
        message = consumer.poll(60)
        assert message is not None and message.error() is None, message and message.error()
        got.append(message.value())
    assert got == VALUES, topic
    assert consumer.get_watermark_offsets(partition) == (0, len(VALUES))
    consumer.close()


def pure():
    producer = kafka.KafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all")
    for value in VALUES:
        producer.send("kafka-python", value=value, partition=0)
    producer.flush()
    producer.close()
    consumer = kafka.KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=None)
    partition = kafka.TopicPartition("kafka-python", 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    got = [next(consumer).value for _ in VALUES]
    assert got == VALUES
    assert consumer.end_offsets([partition]) == {partition: len(VALUES)}
    consumer.close()


for name in ("none", "gzip", "snappy", "lz4", "zstd"):
    confluent(name)
pure()
print("ok")
