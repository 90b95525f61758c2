/** Clock, timers, threads and the data directory of a running broker. */
package mortise.broker.runtime;
