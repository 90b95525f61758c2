// Administers topics and produces with kafkajs; its consumer needs groups, which come later.
const assert = require('node:assert');
const { Kafka, logLevel, CompressionTypes } = require('kafkajs');

async function main() {
  const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'retention.ms', value: '1000000' }];
  await admin.createTopics({ topics: [{ topic: 'kafkajs', numPartitions: 2, replicationFactor: 1, configEntries }] });
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const messages = [...Array(500).keys()].map(i => ({ key: 'k', value: 'v' + i, partition: 1 }));
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    await producer.send({ topic: 'kafkajs', compression, messages });
  }
  await admin.createPartitions({ topicPartitions: [{ topic: 'kafkajs', count: 3 }] });
  await admin.deleteTopicRecords({ topic: 'kafkajs', partitions: [{ partition: 1, offset: '10' }] });
  const offsets = await admin.fetchTopicOffsets('kafkajs');
  assert.deepStrictEqual(offsets.map(o => [o.low, o.high]), [['0', '0'], ['10', '1000'], ['0', '0']]);
  const described = await admin.describeConfigs({ resources: [{ type: 2, name: 'kafkajs', configNames: ['retention.ms'] }] });
  assert.strictEqual(described.resources[0].configEntries[0].configValue, '1000000');
  assert.strictEqual((await admin.describeCluster()).brokers.length, 1);
  await admin.deleteTopics({ topics: ['kafkajs'] });
  assert.ok(!(await admin.listTopics()).includes('kafkajs'));
  await producer.disconnect();
  await admin.disconnect();
  console.log('ok');
}

main().catch(failure => {
  console.error(failure);
  process.exit(1);
});
