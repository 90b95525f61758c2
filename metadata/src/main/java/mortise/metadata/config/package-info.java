/**
 * The configuration of topics and brokers under Kafka's names: what is accepted, honoured, and
 * refused with a reason.
 */
package mortise.metadata.config;
