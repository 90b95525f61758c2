/**
 * Logs as a whole: going over what a store holds, around what of it cannot be read, and copying.
 */
package mortise.broker.log;
