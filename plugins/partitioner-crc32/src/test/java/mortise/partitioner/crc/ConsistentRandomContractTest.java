package mortise.partitioner.crc;

import mortise.spi.partition.PartitionerProvider;
import mortise.tck.partition.PartitionerContract;

class ConsistentRandomContractTest implements PartitionerContract {
    @Override
    public PartitionerProvider provider() {
        return new Crc32Provider();
    }
}
