/**
 * A small blocking client. Each object is confined to one thread at a time; every call ends within
 * the timeout that its cluster or connection was opened with, with all its requests and attempts.
 */
package mortise.client;
