/**
 * What Raft decides, without I/O, threads or time: inputs in, outputs out. Source: Ongaro and
 * Ousterhout, "In Search of an Understandable Consensus Algorithm", and Ongaro's dissertation.
 */
package mortise.consensus.raft.core;
