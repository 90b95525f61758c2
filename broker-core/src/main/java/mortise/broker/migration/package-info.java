/**
 * Reading what Apache Kafka 4.x wrote, to put it into this broker's store while nobody runs: its
 * log directories, its metadata log, its record logs. Nothing here writes to a directory of Apache
 * Kafka's. Confined to the thread of the command that imports.
 */
package mortise.broker.migration;
