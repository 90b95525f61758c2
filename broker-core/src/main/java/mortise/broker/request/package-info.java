/**
 * Requests between the network and the rest of the broker: one handler class per API, each
 * declaring what it needs permission for.
 */
package mortise.broker.request;
