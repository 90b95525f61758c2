/** Logs as a whole: going over what a store holds, and around what of it cannot be read. */
package mortise.broker.log;
