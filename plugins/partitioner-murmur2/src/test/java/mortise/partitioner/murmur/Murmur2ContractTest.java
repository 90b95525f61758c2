package mortise.partitioner.murmur;

import mortise.spi.partition.PartitionerProvider;
import mortise.tck.partition.PartitionerContract;

class Murmur2ContractTest implements PartitionerContract {
    @Override
    public PartitionerProvider provider() {
        return new Murmur2Provider();
    }
}
