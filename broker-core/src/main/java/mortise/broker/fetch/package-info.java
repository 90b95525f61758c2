/**
 * Fetching without a mailbox: sessions with their interest in partitions, dirty marks that
 * appenders leave, and fetches parked until there is enough.
 */
package mortise.broker.fetch;
