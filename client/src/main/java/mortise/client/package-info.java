/**
 * A small blocking client. Each object is confined to one thread at a time; every call ends within
 * the timeout that its connection was opened with.
 */
package mortise.client;
