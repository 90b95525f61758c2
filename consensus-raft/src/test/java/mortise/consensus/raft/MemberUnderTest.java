package mortise.consensus.raft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mortise.api.config.Config;
import mortise.consensus.raft.disk.DiskStorage;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.ProposeOutcome.Committed;
import mortise.tck.sim.SimContext;

/** A member over a directory, driven by the test's own thread. */
public final class MemberUnderTest implements AutoCloseable {
    private final HeardState heard = new HeardState();
    private final RaftMember member;
    private Throwable broken;

    private MemberUnderTest(SimContext context, Map<String, String> settings) {
        Config config = Config.of(RaftSettings.SCHEMA, settings);
        DiskStorage storage =
                new DiskStorage(
                        context.dataDirectory(),
                        context.nodeId(),
                        config.get(RaftSettings.SEGMENT_BYTES).bytes(),
                        context.logger());
        member =
                new RaftMember(
                        config,
                        new StorageTasks(storage, Runnable::run, Runnable::run),
                        heard,
                        context,
                        new RaftMember.Turns() {
                            @Override
                            public void run(Runnable step) {
                                step.run();
                            }

                            @Override
                            public void broken(Throwable failure) {
                                broken = failure;
                            }
                        });
    }

    private void turn(List<Request> requests) throws IOException {
        member.turn(requests);
        switch (broken) {
            case null -> {}
            case IOException failure -> throw failure;
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            default -> throw new AssertionError(broken);
        }
    }

    /** Opens a member; what it heard until then is in {@link #heard}. */
    public static MemberUnderTest open(SimContext context, Map<String, String> settings)
            throws IOException {
        MemberUnderTest opened = new MemberUnderTest(context, settings);
        opened.member.open();
        return opened;
    }

    /** Opens a member with the default settings. */
    public static MemberUnderTest open(SimContext context) throws IOException {
        return open(context, Map.of());
    }

    /** Proposes entries of one record each as one group. */
    public List<ProposeOutcome> propose(String... texts) throws IOException {
        List<Request.Proposal> proposals = new ArrayList<>();
        for (String text : texts) {
            proposals.add(Request.Proposal.of(epoch(), records(text)));
        }
        turn(List.copyOf(proposals));
        return proposals.stream().map(proposal -> proposal.outcome().join()).toList();
    }

    /** Proposes and expects the entries to be committed. */
    public MemberUnderTest commit(String... texts) throws IOException {
        for (ProposeOutcome outcome : propose(texts)) {
            if (!(outcome instanceof Committed)) {
                throw new AssertionError("a commit was expected, not " + outcome);
            }
        }
        return this;
    }

    /** Proposes one entry of several records and expects it to be committed. */
    public MemberUnderTest commitTogether(String... texts) throws IOException {
        Request.Proposal proposal = Request.Proposal.of(epoch(), records(texts));
        turn(List.of(proposal));
        if (!(proposal.outcome().join() instanceof Committed)) {
            throw new AssertionError("a commit was expected, not " + proposal.outcome().join());
        }
        return this;
    }

    /** Records of these texts. */
    public static List<byte[]> records(String... texts) {
        return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    /** Lets the member do what nobody waits for. */
    public MemberUnderTest idle() {
        member.idle();
        return this;
    }

    public int epoch() {
        return member.view().leadership().epoch();
    }

    public HeardState heard() {
        return heard;
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
