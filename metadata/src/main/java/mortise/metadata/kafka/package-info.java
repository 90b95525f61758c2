/**
 * What Apache Kafka 4.x keeps of its topics in its metadata log (KRaft), read only. The records
 * that concern topics are made from schemas in {@code metadata/src/main/schema-kafka}.
 */
@NullMarked
package mortise.metadata.kafka;

import org.jspecify.annotations.NullMarked;
