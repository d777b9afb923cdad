select
    customer_id,
    spent
from {{ ref('customer_features') }}
where spent >= 20
order by spent desc
