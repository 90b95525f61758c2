/**
 * The conformance kit of consensus plugins.
 *
 * <p>An author implements {@link mortise.tck.consensus.ConsensusContract} and, for a quorum that
 * keeps its log below its data directory, {@link mortise.tck.consensus.ConsensusCrashContract},
 * each with a test class of one method. Quorums of one member are tested here.
 */
package mortise.tck.consensus;
