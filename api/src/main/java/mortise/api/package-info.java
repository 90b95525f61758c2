/** Names and values that every module shares. Everything here is immutable or thread-safe. */
package mortise.api;
