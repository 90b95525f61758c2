/** Consensus: the log of metadata records that all brokers agree on. */
package mortise.spi.consensus;
