/** Group commit: who asks for an fsync, and the threads that wait for it. */
package mortise.broker.flush;
