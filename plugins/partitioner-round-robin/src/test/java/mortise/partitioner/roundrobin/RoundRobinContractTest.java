package mortise.partitioner.roundrobin;

import mortise.spi.partition.PartitionerProvider;
import mortise.tck.partition.PartitionerContract;

class RoundRobinContractTest implements PartitionerContract {
    @Override
    public PartitionerProvider provider() {
        return new RoundRobinProvider();
    }
}
