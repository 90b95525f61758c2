/**
 * The network: listeners, connections, frames in, responses out. The only package that knows Netty.
 * Who owns which buffer, and which thread which state, stands in {@code docs/network.md}.
 */
package mortise.broker.net;
